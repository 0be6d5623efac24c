import { requireScores } from "./auc";

/**
 * The highest threshold at which the sensitivity on these cases is at least the target, a case being called where
 * its probability ≥ threshold. It is the probability of one of the positives.
 * @param target above 0, at most 1
 * @throws RangeError without positives or for a target outside (0, 1]
 */
export function thresholdForSensitivity(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  target: number,
): number {
  requireScores(labels, probabilities);
  if (!(target > 0 && target <= 1)) throw new RangeError(`target sensitivity ${target} is not within (0, 1]`);
  const positives = Float64Array.from(probabilities)
    .filter((_, at) => labels[at] === 1)
    .sort()
    .reverse();
  if (positives.length === 0) throw new RangeError("thresholdForSensitivity needs cases with label 1");
  // 0.95 · 20 is 19 in exact arithmetic and may be a hair above it here.
  const needed = Math.max(1, Math.ceil(target * positives.length - 1e-9));
  return positives[needed - 1] as number;
}
