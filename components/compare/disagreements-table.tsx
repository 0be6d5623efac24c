import { useState } from "react";
import { useTranslations } from "use-intl";
import { CsvButton } from "@/components/charts/csv-button";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { shortDigest } from "@/components/ui/format";
import type { ModelComparison } from "@/lib/browser/trpc";
import { disagreementTable } from "./compare-csv";
import { useCompared } from "./compared";
import { ModelCell, ModelRow, ModelTable } from "./model-table";

type Row = ModelComparison["disagreements"]["rows"][number];
const portion = 10;

/** The images that the models call differently: which image, its label, and each one's probability; no picture. */
export function DisagreementsTable() {
  const t = useTranslations("compare.disagreements");
  const { comparison } = useCompared();
  const [shown, setShown] = useState(portion);
  const { total, rows } = comparison.disagreements;
  const callers = comparison.models.filter(({ called }) => called !== null).length;
  if (callers < 2) return <p className="text-ink-2">{t("untold")}</p>;
  if (total === 0) return <p className="text-ink-2">{t("none")}</p>;
  return (
    <div className="flex flex-col gap-2">
      <p className="max-w-[80ch] text-small text-ink-2">{t("note", { total })}</p>
      <ModelTable caption={t("title")} first={t("image")}>
        {rows.slice(0, shown).map((row, at) => (
          <ModelRow key={row.imageDigest ?? at} name={<ImageName row={row} />}>
            {comparison.models.map(({ id }, model) => (
              <ModelCell key={id}>
                <Call row={row} at={model} />
              </ModelCell>
            ))}
          </ModelRow>
        ))}
      </ModelTable>
      <div className="flex flex-wrap gap-2">
        {rows.length > shown && <Button onClick={() => setShown(shown + 3 * portion)}>{t("more")}</Button>}
        <CsvButton name="disagreements" table={() => disagreementTable(comparison)}>
          {t("exportCsv")}
        </CsvButton>
      </div>
    </div>
  );
}

function ImageName({ row: { imageDigest, label } }: { row: Row }) {
  const t = useTranslations("compare.disagreements");
  return (
    <>
      <span className="text-ink" title={imageDigest ?? undefined}>
        {imageDigest ? shortDigest(imageDigest) : t("unknownImage")}
      </span>
      <span className="block text-small">
        {t("label")}: {t(label === 1 ? "pneumonia" : "normal")}
      </span>
    </>
  );
}

function Call({ row: { probabilities, calls, label }, at }: { row: Row; at: number }) {
  const t = useTranslations("compare.disagreements");
  const format = useFormat();
  const [probability, call] = [probabilities[at] ?? null, calls[at] ?? null];
  if (probability === null || call === null) return "–";
  return (
    <>
      {format.probability(probability)}
      <span className={`block text-small ${call === label ? "text-ink-2" : "font-semibold text-amber"}`}>
        {t(call === 1 ? "pneumonia" : "normal")}
        {call !== label && `, ${t("wrong")}`}
      </span>
    </>
  );
}
