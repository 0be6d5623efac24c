import { midPlace } from "./mid-place";

/** 0 for NORMAL, 1 for PNEUMONIA. */
export type Label = 0 | 1;

/** @throws RangeError where lengths differ or a score is NaN: a metric of such input would look like a result */
export function requireScores(labels: ArrayLike<number>, scores: ArrayLike<number>): void {
  if (labels.length !== scores.length) {
    throw new RangeError(`${labels.length} labels for ${scores.length} scores`);
  }
  for (let at = 0; at < scores.length; at++) {
    if (Number.isNaN(scores[at])) throw new RangeError(`score ${at} is NaN`);
    if (labels[at] !== 0 && labels[at] !== 1)
      throw new RangeError(`label ${at} is ${labels[at]}, not 0 or 1`);
  }
}

/** Indices that sort the values downwards. */
export function descendingOrder(values: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: values.length }, (_, at) => at).sort(
    (i, j) => (values[j] as number) - (values[i] as number) || j - i,
  );
}

/**
 * Area under the ROC curve: the chance that a random positive scores above a random negative, ties counting half
 * (Mann-Whitney U over m·n). Any monotone score will do. O(n log n).
 * @returns null where a class is missing
 */
export function auc(labels: ArrayLike<number>, scores: ArrayLike<number>): number | null {
  requireScores(labels, scores);
  const sortedNegatives = Float64Array.from(scores)
    .filter((_, at) => labels[at] === 0)
    .sort();
  const positives = labels.length - sortedNegatives.length;
  if (positives === 0 || sortedNegatives.length === 0) return null;
  let wins = 0;
  for (let at = 0; at < labels.length; at++)
    if (labels[at] === 1) wins += midPlace(sortedNegatives, scores[at] as number);
  return wins / (positives * sortedNegatives.length);
}

export interface RocPoint {
  /** A case is called positive from this score on; infinite at the first point. */
  threshold: number;
  falsePositiveRate: number;
  truePositiveRate: number;
}

/**
 * The ROC curve from (0, 0) to (1, 1), one point per distinct score, thresholds falling.
 * @param order the scores' descendingOrder, for a caller that has it
 * @returns no points where a class is missing
 */
export function rocCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  order: Uint32Array = descendingOrder(scores),
): RocPoint[] {
  requireScores(labels, scores);
  let positives = 0;
  for (let at = 0; at < labels.length; at++) positives += labels[at] as number;
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return [];
  const points: RocPoint[] = [
    { threshold: Number.POSITIVE_INFINITY, falsePositiveRate: 0, truePositiveRate: 0 },
  ];
  let truePositives = 0;
  for (let at = 0; at < order.length; at++) {
    const index = order[at] as number;
    truePositives += labels[index] as number;
    const next = order[at + 1];
    if (next !== undefined && scores[next] === scores[index]) continue;
    points.push({
      threshold: scores[index] as number,
      falsePositiveRate: (at + 1 - truePositives) / negatives,
      truePositiveRate: truePositives / positives,
    });
  }
  return points;
}
