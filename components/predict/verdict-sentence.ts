import type { useTranslations } from "use-intl";
import type { Format } from "@/components/ui/format";
import type { ReadPrediction } from "@/lib/browser/predict/reading";
import type { ModelManifest } from "@/lib/manifest";

type Words = ReturnType<typeof useTranslations<"predict.verdict">>;

type MeasuredBand = Pick<ModelManifest["uncertainBand"], "low" | "high"> & {
  heldOut: Pick<ModelManifest["uncertainBand"]["heldOut"], "errorsInside" | "errorsBelow" | "errorsAbove">;
};

/** Where the probability lies, and how often the model is right there, as measured on held-out patients. */
export function verdictSentences(
  { label, threshold, uncertain }: Pick<ReadPrediction, "label" | "threshold" | "uncertain">,
  { metrics }: Pick<ModelManifest, "metrics">,
  band: MeasuredBand,
  t: Words,
  format: Format,
): string[] {
  const side = t(label === "PNEUMONIA" ? "above" : "below", { threshold: format.percent(threshold) });
  return [side, bandSentence(label, uncertain, band, t, format), ratesSentence(metrics, t, format)].filter(
    (sentence) => sentence !== null,
  );
}

function bandSentence(
  label: ReadPrediction["label"],
  uncertain: boolean,
  band: MeasuredBand,
  t: Words,
  format: Format,
): string | null {
  const { errorsInside, errorsAbove, errorsBelow } = band.heldOut;
  if (uncertain) {
    return t("uncertain", {
      low: format.percent(band.low),
      high: format.percent(band.high),
      errors: errorsInside.value === null ? "none" : format.interval(errorsInside),
    });
  }
  const errors = label === "PNEUMONIA" ? errorsAbove : errorsBelow;
  if (errors.value === null) return null;
  return t(label === "PNEUMONIA" ? "falseAlarms" : "misses", { errors: format.interval(errors, 1) });
}

function ratesSentence(metrics: ModelManifest["metrics"], t: Words, format: Format): string | null {
  const { sensitivity, specificity } = metrics;
  if (sensitivity.value === null) return null;
  if (specificity.value === null) return t("sensitivityOnly", { sensitivity: format.interval(sensitivity) });
  return t("rates", { sensitivity: format.interval(sensitivity), specificity: format.interval(specificity) });
}

/** How often the model is right, and on whom that was measured; null where it was not. */
export function performanceSentence(
  { metrics, dataset }: Pick<ModelManifest, "metrics" | "dataset">,
  t: Words,
  format: Format,
): string | null {
  const { sensitivity, specificity } = metrics;
  if (sensitivity.value === null) return null;
  const patients = dataset.heldOutPatients;
  if (specificity.value === null)
    return t("performanceSensitivity", { patients, sensitivity: format.interval(sensitivity) });
  return t("performance", {
    patients,
    sensitivity: format.interval(sensitivity),
    specificity: format.interval(specificity),
  });
}
