import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";

interface PagerProps {
  /** From 1. */
  page: number;
  pageSize: number;
  total: number;
  onChange(page: number): void;
}

/** Which rows are shown, and the way to the others. */
export function Pager({ page, pageSize, total, onChange }: PagerProps) {
  const t = useTranslations("runs.list");
  const format = useFormat();
  const from = (page - 1) * pageSize + 1;
  const to = Math.min(total, page * pageSize);
  return (
    <nav aria-label={t("next")} className="ml-auto flex items-center gap-1">
      <span role="status" className="mr-2 text-ink-2 tabular-nums">
        {t("range", { from: format.number(from), to: format.number(to), total: format.number(total) })}
      </span>
      <Button look="quiet" aria-label={t("previous")} disabled={page <= 1} onClick={() => onChange(page - 1)}>
        <ChevronLeft size={18} aria-hidden="true" />
      </Button>
      <Button look="quiet" aria-label={t("next")} disabled={to >= total} onClick={() => onChange(page + 1)}>
        <ChevronRight size={18} aria-hidden="true" />
      </Button>
    </nav>
  );
}
