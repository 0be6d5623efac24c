import { CircleAlert, CircleCheck, CircleDashed, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import type { DatasetRow } from "@/lib/browser/trpc";

const icons = {
  passed: { Icon: CircleCheck, colour: "text-ink-2" },
  warnings: { Icon: TriangleAlert, colour: "text-amber" },
  failed: { Icon: CircleAlert, colour: "text-red" },
  none: { Icon: CircleDashed, colour: "text-ink-2" },
} as const;

/** What a version's check found, by sign and word. */
export function CheckState({ check }: { check: DatasetRow["check"] }) {
  const t = useTranslations("data");
  const { Icon, colour } = icons[check ?? "none"];
  return (
    <span data-check={check ?? "none"} className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Icon size={16} aria-hidden="true" className={colour} />
      {t(`checks.${check ?? "none"}`)}
    </span>
  );
}
