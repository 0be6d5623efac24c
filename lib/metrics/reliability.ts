import { requireScores } from "./auc";
import { brier } from "./calibration";
import { type Interval, wilson } from "./interval";

/** One bar of a reliability diagram: cases whose probability lies within [low, high), the last bin closed. */
export interface ReliabilityBin {
  low: number;
  high: number;
  images: number;
  /** Null where the bin is empty. */
  meanProbability: number | null;
  /** Share of positives, with Wilson's 95 % interval. */
  positives: Interval;
}

/**
 * Equal-width bins of the predicted probability, the same that expectedCalibrationError uses.
 * @throws RangeError for probabilities outside [0, 1]
 */
export function reliabilityBins(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  bins = 10,
): ReliabilityBin[] {
  requireScores(labels, probabilities);
  const sums = Array.from({ length: bins }, () => ({ images: 0, positives: 0, probability: 0 }));
  for (let at = 0; at < labels.length; at++) {
    const probability = probabilities[at] as number;
    const sum = probability <= 1 ? sums[Math.min(bins - 1, Math.floor(probability * bins))] : undefined;
    if (!sum) throw new RangeError(`probability ${probability} is not within 0 and 1`);
    sum.images++;
    sum.positives += labels[at] as number;
    sum.probability += probability;
  }
  return sums.map(({ images, positives, probability }, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    images,
    meanProbability: images > 0 ? probability / images : null,
    positives: wilson(positives, images),
  }));
}

/** Brier score = reliability − resolution + uncertainty + withinBins. */
export interface BrierDecomposition {
  /** How far the bins' shares of positives are from their mean probabilities; 0 is perfect. */
  reliability: number;
  /** How far the bins' shares of positives are from the overall one; more is better. */
  resolution: number;
  /** Of the labels alone: p·(1 − p). */
  uncertainty: number;
  /** What is left because probabilities differ within a bin; 0 where each bin holds one value. */
  withinBins: number;
}

/**
 * Murphy's decomposition of the Brier score (Journal of Applied Meteorology 12 (1973) 595-600) over the bins of the
 * reliability diagram; the rest term is Stephenson, Coelho and Jolliffe's (Weather and Forecasting 23 (2008) 752-757).
 * @returns null without cases
 */
export function brierDecomposition(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  bins = 10,
): BrierDecomposition | null {
  const score = brier(labels, probabilities);
  if (score === null) return null;
  const n = labels.length;
  let positives = 0;
  for (let at = 0; at < n; at++) positives += labels[at] as number;
  const share = positives / n;
  let [reliability, resolution] = [0, 0];
  for (const bin of reliabilityBins(labels, probabilities, bins)) {
    const observed = bin.positives.value;
    if (observed === null || bin.meanProbability === null) continue;
    reliability += (bin.images / n) * (bin.meanProbability - observed) ** 2;
    resolution += (bin.images / n) * (observed - share) ** 2;
  }
  const uncertainty = share * (1 - share);
  return {
    reliability,
    resolution,
    uncertainty,
    withinBins: score - (reliability - resolution + uncertainty),
  };
}
