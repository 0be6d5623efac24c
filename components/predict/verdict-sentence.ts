import { formatPercent } from "@/components/ui/format";
import type { Prediction } from "@/lib/browser/predict/messages";
import type { ModelManifest } from "@/lib/manifest";

interface Interval {
  value: number | null;
  low: number | null;
  high: number | null;
}

/** Which side of the threshold, and how often the model is right on that side, from the manifest's held-out patients. */
export function verdictSentence(
  { label, threshold }: Pick<Prediction, "label" | "threshold">,
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
  const found = share(metrics.sensitivity);
  const cleared = share(metrics.specificity);
  if (!found) return null;
  return `finds ${found} of pneumonias${cleared ? ` and calls ${cleared} of normal images normal` : ""}`;
}

/** "96 % [94–98]" */
function share({ value, low, high }: Interval): string | null {
  if (value === null) return null;
  if (low === null || high === null) return formatPercent(value);
  return `${formatPercent(value)} [${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)}]`;
}
