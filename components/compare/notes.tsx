import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { useCompared } from "./compared";

/** What stands in the way of comparing: unknown names, only one model, models without predictions. */
export function Notes({ onRemoveUnknown }: { onRemoveUnknown(): void }) {
  const t = useTranslations("compare");
  const { comparison, names } = useCompared();
  const { unknown, models, set } = comparison;
  const unscored = models.flatMap(({ rank }, at) => (rank === null ? [names[at] ?? ""] : []));
  return (
    <>
      {unknown.length > 0 && (
        <div
          role="alert"
          className="flex flex-wrap items-center gap-3 rounded-panel border border-line bg-amber-wash px-4 py-3"
        >
          <p className="min-w-0 flex-1 wrap-anywhere">
            {t("unknown", { count: unknown.length, names: unknown.join(", ") })}
          </p>
          <Button onClick={onRemoveUnknown}>{t("removeUnknown")}</Button>
        </div>
      )}
      {models.length === 1 && <p role="status">{t("onlyOne")}</p>}
      {models.length > 1 && set === null && <p role="status">{t("noneScored")}</p>}
      {models.length > 1 && set !== null && unscored.length > 0 && (
        <p role="status">{t("notScored", { names: unscored.join(", ") })}</p>
      )}
    </>
  );
}
