import { z95 } from "./interval";

/** One patient's positives, and how many of them each of two models calls. */
export interface PatientCalls {
  positives: number;
  calledByA: number;
  calledByB: number;
}

export interface PairedSensitivity {
  /** Sensitivity of a minus that of b, per image; null without positives. */
  value: number | null;
  low: number | null;
  high: number | null;
  /** Patients with at least one positive. */
  patients: number;
}

/**
 * The difference of two sensitivities on the same images, with an interval that takes the images of one patient
 * as one draw.
 *
 * The interval is Bonett and Price's adjusted Wald (Journal of Educational and Behavioral Statistics 37 (2012)
 * 479-488), which adds one pair that gained and one that lost, so that it does not collapse where the two never
 * differ; its variance is that of a ratio of sums over patients, J/(J−1)·Σ(dⱼ − d̄·nⱼ)²/N², instead of over images.
 * With one image each it is Bonett and Price's own, but for J/(J−1). The value itself is not adjusted.
 * @param quantile of the standard normal; 1.96 for a two-sided 95 % interval, 1.645 for a one-sided 95 % bound
 */
export function pairedSensitivity(
  patients: Iterable<PatientCalls>,
  quantile: number = z95,
): PairedSensitivity {
  let images = 0;
  let counted = 0;
  let net = 0;
  let [squares, cross, sizes] = [0, 0, 0];
  for (const { positives, calledByA, calledByB } of patients) {
    if (positives === 0) continue;
    const change = calledByA - calledByB;
    counted++;
    images += positives;
    net += change;
    squares += change * change;
    cross += change * positives;
    sizes += positives * positives;
  }
  if (counted === 0) return { value: null, low: null, high: null, patients: 0 };
  // The added pairs change by +1 and −1, so neither net nor cross moves.
  const [n, clusters] = [images + 2, counted + 2];
  const centre = net / n;
  const sumOfSquares = squares + 2 - 2 * centre * cross + centre * centre * (sizes + 2);
  const deviation = Math.sqrt((sumOfSquares * clusters) / (clusters - 1)) / n;
  return {
    value: net / images,
    low: Math.max(-1, centre - quantile * deviation),
    high: Math.min(1, centre + quantile * deviation),
    patients: counted,
  };
}
