import { useId } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { shortDigest } from "@/components/ui/format";
import { useCompared } from "./compared";

/** On which held-out images the models are compared, and, where they were scored on several, the choice. */
export function SetChoice({ onChange }: { onChange(digest: string): void }) {
  const t = useTranslations("compare");
  const format = useFormat();
  const id = useId();
  const { models, sets, set } = useCompared().comparison;
  const rank = models.find((model) => model.rank !== null)?.rank;
  if (set === null || !rank) return null;
  const name = sets.find(({ digest }) => digest === set)?.name ?? null;
  const counts = {
    images: format.number(rank.images),
    patients: format.number(rank.patients),
    positives: format.number(rank.positives),
  };
  return (
    <div className="flex flex-wrap items-end gap-4">
      {sets.length > 1 && (
        <div className="flex min-w-0 flex-col gap-1">
          <label htmlFor={id} className="text-small text-ink-2">
            {t("setLabel")}
          </label>
          <select
            id={id}
            value={set}
            onChange={(event) => onChange(event.target.value)}
            className="min-h-9 min-w-0 rounded-control border border-line-strong bg-ground px-2"
          >
            {sets.map(({ digest, name, models: scored }) => (
              <option key={digest} value={digest}>
                {name === null
                  ? t("set", { digest: shortDigest(digest), models: scored, all: models.length })
                  : t("evaluationSet", { name, models: scored, all: models.length })}
              </option>
            ))}
          </select>
        </div>
      )}
      <p className="max-w-[80ch] min-w-0 flex-1 text-ink-2">
        {name === null
          ? t("scoredOn", { ...counts, digest: shortDigest(set) })
          : t("scoredOnSet", { ...counts, name })}
      </p>
    </div>
  );
}
