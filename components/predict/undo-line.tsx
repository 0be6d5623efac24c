import { Undo2, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { KeyCap } from "@/components/ui/key-cap";

interface UndoLineProps {
  count: number;
  onUndo(): void;
  onDismiss(): void;
}

/** What was taken off the list comes back until something else is added or removed. */
export function UndoLine({ count, onUndo, onDismiss }: UndoLineProps) {
  const t = useTranslations("worklist");
  return (
    <div
      role="status"
      className="flex items-center gap-3 border-b border-line bg-raised px-4 py-1.5 text-small"
    >
      <p className="mr-auto">{t("removed", { count })}</p>
      <Button className="min-h-8 text-small" onClick={onUndo}>
        <Undo2 size={14} aria-hidden="true" />
        {t("undo")} <KeyCap>Z</KeyCap>
      </Button>
      <button
        type="button"
        aria-label={t("dismiss")}
        onClick={onDismiss}
        className="inline-flex size-8 items-center justify-center rounded-control text-ink-2 hover:bg-float hover:text-ink"
      >
        <X size={16} aria-hidden="true" />
      </button>
    </div>
  );
}
