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
  const found = share(metrics.sensitivity);
  const cleared = share(metrics.specificity);
  const side = label === "PNEUMONIA" ? "At or above" : "Below";
  const start = `${side} the threshold of ${formatPercent(threshold)}.`;
  if (!found) return start;
  const normals = cleared ? ` and calls ${cleared} of normal images normal` : "";
  return `${start} At this threshold the model finds ${found} of pneumonias${normals}.`;
}

/** "96 % [94–98]" */
function share({ value, low, high }: Interval): string | null {
  if (value === null) return null;
  if (low === null || high === null) return formatPercent(value);
  return `${formatPercent(value)} [${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)}]`;
}
