import { formatInterval, formatPercent } from "@/components/ui/format";
import type { ReadPrediction } from "@/lib/browser/predict/reading";
import type { ModelManifest } from "@/lib/manifest";

/** Which side of the threshold, and how often the model is right on that side, from the manifest's held-out patients. */
export function verdictSentence(
  { label, threshold }: Pick<ReadPrediction, "label" | "threshold">,
  { metrics }: Pick<ModelManifest, "metrics">,
): string {
  const side = label === "PNEUMONIA" ? "At or above" : "Below";
  const start = `${side} the threshold of ${formatPercent(threshold)}.`;
  const rates = ratesOf(metrics);
  return rates ? `${start} At this threshold the model ${rates}.` : start;
}

/** How often the model is right, and on whom that was measured. */
export function performanceSentence({
  metrics,
  dataset,
}: Pick<ModelManifest, "metrics" | "dataset">): string | undefined {
  const rates = ratesOf(metrics);
  if (!rates) return undefined;
  return `On ${dataset.heldOutPatients} patients whom training did not see, the model ${rates}.`;
}

function ratesOf(metrics: ModelManifest["metrics"]): string | null {
  const { sensitivity, specificity } = metrics;
  if (sensitivity.value === null) return null;
  const normals =
    specificity.value === null ? "" : ` and calls ${formatInterval(specificity)} of normal images normal`;
  return `finds ${formatInterval(sensitivity)} of pneumonias${normals}`;
}
