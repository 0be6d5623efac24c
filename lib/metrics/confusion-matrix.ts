import { requireScores } from "./auc";

export interface ConfusionMatrix {
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
}

/** Counts at a threshold: a case is called positive where its probability ≥ threshold. */
export function confusionMatrix(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  threshold: number,
): ConfusionMatrix {
  requireScores(labels, probabilities);
  const matrix = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  for (let at = 0; at < labels.length; at++) {
    const called = (probabilities[at] as number) >= threshold;
    if (labels[at] === 1) matrix[called ? "truePositives" : "falseNegatives"]++;
    else matrix[called ? "falsePositives" : "trueNegatives"]++;
  }
  return matrix;
}

/** Null for 0/0. */
function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** Recall: the share of positives that are called. Null without positives. */
export function sensitivity({ truePositives, falseNegatives }: ConfusionMatrix): number | null {
  return ratio(truePositives, truePositives + falseNegatives);
}

/** The share of negatives that are not called. Null without negatives. */
export function specificity({ trueNegatives, falsePositives }: ConfusionMatrix): number | null {
  return ratio(trueNegatives, trueNegatives + falsePositives);
}

/** The share of calls that are right. Null without calls. */
export function precision({ truePositives, falsePositives }: ConfusionMatrix): number | null {
  return ratio(truePositives, truePositives + falsePositives);
}

/** Harmonic mean of precision and sensitivity, 2TP / (2TP + FP + FN). Null where nothing is positive or called. */
export function f1({ truePositives, falsePositives, falseNegatives }: ConfusionMatrix): number | null {
  return ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
}

/** The share of cases that are right. Null without cases. */
export function accuracy(matrix: ConfusionMatrix): number | null {
  const right = matrix.truePositives + matrix.trueNegatives;
  return ratio(right, right + matrix.falsePositives + matrix.falseNegatives);
}
