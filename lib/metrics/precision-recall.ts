import { descendingOrder, requireScores } from "./auc";

export interface PrecisionRecallPoint {
  /** A case is called positive from this score on. */
  threshold: number;
  recall: number;
  precision: number;
}

/**
 * The precision-recall curve, one point per distinct score, thresholds falling, so that recall rises to 1.
 * @param order the scores' descendingOrder, for a caller that has it
 * @returns no points without positives
 */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  order: Uint32Array = descendingOrder(scores),
): PrecisionRecallPoint[] {
  requireScores(labels, scores);
  let positives = 0;
  for (let at = 0; at < labels.length; at++) positives += labels[at] as number;
  if (positives === 0) return [];
  const points: PrecisionRecallPoint[] = [];
  let truePositives = 0;
  for (let at = 0; at < order.length; at++) {
    const index = order[at] as number;
    truePositives += labels[index] as number;
    const next = order[at + 1];
    if (next !== undefined && scores[next] === scores[index]) continue;
    points.push({
      threshold: scores[index] as number,
      recall: truePositives / positives,
      precision: truePositives / (at + 1),
    });
  }
  return points;
}

/**
 * Average precision: Σ (Rₙ − Rₙ₋₁)·Pₙ over the points of the curve, without interpolation, as scikit-learn has it. A
 * score that says nothing has the share of positives, not ½.
 * @returns null without positives
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number | null {
  return averageOf(precisionRecallCurve(labels, scores));
}

/** averagePrecision of a curve that is there already. */
export function averageOf(points: readonly PrecisionRecallPoint[]): number | null {
  if (points.length === 0) return null;
  let sum = 0;
  let before = 0;
  for (const { recall, precision } of points) {
    sum += (recall - before) * precision;
    before = recall;
  }
  return sum;
}
