import { requireScores } from "./auc";

/**
 * Expected calibration error of the positive class: over equal-width bins of the predicted probability, the mean
 * of |share of positives − mean probability| weighted by the bin's cases. Bins are [0, 1/bins), …, the last closed.
 * @returns null without cases
 */
export function expectedCalibrationError(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  bins = 10,
): number | null {
  requireScores(labels, probabilities);
  if (labels.length === 0) return null;
  const gaps = new Float64Array(bins);
  for (let at = 0; at < labels.length; at++) {
    const probability = probabilities[at] as number;
    const bin = Math.min(bins - 1, Math.floor(probability * bins));
    gaps[bin] = (gaps[bin] as number) + (labels[at] as number) - probability;
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / labels.length;
}

/** Brier score: the mean of (probability − label)². Null without cases. */
export function brier(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number | null {
  requireScores(labels, probabilities);
  let sum = 0;
  for (let at = 0; at < labels.length; at++)
    sum += ((probabilities[at] as number) - (labels[at] as number)) ** 2;
  return labels.length > 0 ? sum / labels.length : null;
}

/** Mean of −log p(label) under sigmoid(logit / temperature). */
export function negativeLogLikelihood(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  temperature: number,
): number {
  let sum = 0;
  for (let at = 0; at < labels.length; at++) {
    const logit = (logits[at] as number) / temperature;
    sum += Math.max(logit, 0) - logit * (labels[at] as number) + Math.log1p(Math.exp(-Math.abs(logit)));
  }
  return sum / labels.length;
}

const temperatureBounds = { low: 0.05, high: 20 };

/**
 * The temperature that minimises the negative log likelihood (Guo et al., ICML 2017), within 0.05 and 20.
 * The likelihood is convex in 1/T, so it has one minimum over log T, which golden section finds to 1e-9.
 * It changes no order of cases. Where the labels are perfectly separated the answer is the lower bound.
 * @throws RangeError without cases
 */
export function fitTemperature(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  requireScores(labels, logits);
  if (labels.length === 0) throw new RangeError("fitTemperature needs cases");
  const golden = (Math.sqrt(5) - 1) / 2;
  const loss = (logTemperature: number) => negativeLogLikelihood(logits, labels, Math.exp(logTemperature));
  let low = Math.log(temperatureBounds.low);
  let high = Math.log(temperatureBounds.high);
  let left = high - golden * (high - low);
  let right = low + golden * (high - low);
  let [lossLeft, lossRight] = [loss(left), loss(right)];
  while (high - low > 1e-9) {
    // On a flat stretch, where the loss has reached 0, prefer the smaller temperature, as the limit would.
    if (lossLeft <= lossRight) {
      high = right;
      [right, lossRight] = [left, lossLeft];
      left = high - golden * (high - low);
      lossLeft = loss(left);
    } else {
      low = left;
      [left, lossLeft] = [right, lossRight];
      right = low + golden * (high - low);
      lossRight = loss(right);
    }
  }
  return Math.min(temperatureBounds.high, Math.max(temperatureBounds.low, Math.exp((low + high) / 2)));
}
