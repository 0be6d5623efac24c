import type { ModelManifest } from "@/lib/manifest";

export interface Prediction {
  /** As the network gave it, mean over the manifest's views. */
  logit: number;
  /** Calibrated probability of PNEUMONIA. */
  probability: number;
  /** The probability from which the label is PNEUMONIA. */
  threshold: number;
  label: ModelManifest["classes"][number];
  /** Whether the probability lies in the manifest's uncertain band. */
  uncertain: boolean;
}

/** probability = sigmoid(logit / temperature), without overflow at either end. */
export function calibratedProbability(logit: number, temperature: number): number {
  const scaled = logit / temperature;
  const small = Math.exp(-Math.abs(scaled));
  return scaled >= 0 ? 1 / (1 + small) : small / (1 + small);
}

/**
 * What a model version says about an image: label = PNEUMONIA where the calibrated probability ≥ its threshold.
 * @throws RangeError for a logit that is not a finite number: a broken backend must not look like a result
 */
export function interpret(
  logit: number,
  manifest: Pick<ModelManifest, "classes" | "calibration" | "threshold" | "uncertainBand">,
): Prediction {
  if (!Number.isFinite(logit)) throw new RangeError(`the model gave ${logit} instead of a finite logit`);
  const probability = calibratedProbability(logit, manifest.calibration.temperature);
  const threshold = manifest.threshold.probability;
  const { low, high } = manifest.uncertainBand;
  const [normal, pneumonia] = manifest.classes;
  return {
    logit,
    probability,
    threshold,
    label: probability >= threshold ? pneumonia : normal,
    uncertain: probability >= low && probability < high,
  };
}
