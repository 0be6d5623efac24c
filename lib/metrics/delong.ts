import { midRanks, requireScores } from "./auc";
import { type Interval, normalTail, undefinedInterval, wilson, z95 } from "./interval";

export interface AucEstimate extends Interval {
  /** Null with fewer than two cases of a class. */
  variance: number | null;
}

export interface AucDifference {
  /** AUC of a minus AUC of b. */
  value: number;
  variance: number;
  low: number;
  high: number;
  /** value / √variance; 0 where both are 0, infinite where only the variance is. */
  z: number;
  /** Two-sided, of no difference. */
  p: number;
  /** One-sided, against "a is better than b". */
  pGreater: number;
}

export interface DelongResult {
  a: AucEstimate;
  b: AucEstimate | null;
  difference: AucDifference | null;
}

/**
 * AUC with DeLong's variance for one model, or for two models on the same cases with the paired test of their
 * difference. DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845, computed in O(n log n) by mid-ranks
 * after Sun and Xu, IEEE Signal Processing Letters 21 (2014) 1389-1393.
 *
 * The AUC's interval is value ± 1.96·√variance while that stays within 0 and 1. Where it does not, the same is done
 * on the logit scale and mapped back. Where the variance is 0 (all pairs in order, or every score tied) it is
 * Wilson's for as many trials as the smaller class has cases: a perfect score on few cases is not certainty.
 * @param input.labels [n] 0 or 1
 * @param input.a, input.b [n] scores, any monotone scale
 * @throws RangeError for lengths that differ, NaN scores and labels other than 0 and 1
 */
export function delong(input: {
  labels: ArrayLike<number>;
  a: ArrayLike<number>;
  b?: ArrayLike<number>;
}): DelongResult {
  const { labels } = input;
  const a = placements(labels, input.a);
  const b = input.b && placements(labels, input.b);
  return {
    a: estimate(a),
    b: b ? estimate(b) : null,
    difference: b ? difference(a, b) : null,
  };
}

/** DeLong's structural components: for each case the share of the other class that it is ordered right against. */
interface Placements {
  /** null where a class is missing */
  auc: number | null;
  ofPositives: Float64Array;
  ofNegatives: Float64Array;
}

function placements(labels: ArrayLike<number>, scores: ArrayLike<number>): Placements {
  requireScores(labels, scores);
  const all = Float64Array.from(scores);
  const positives = all.filter((_, at) => labels[at] === 1);
  const negatives = all.filter((_, at) => labels[at] === 0);
  const [m, n] = [positives.length, negatives.length];
  const ranks = midRanks(all);
  const own = { 1: midRanks(positives), 0: midRanks(negatives) };
  const ofPositives = new Float64Array(m);
  const ofNegatives = new Float64Array(n);
  let [positive, negative, sum] = [0, 0, 0];
  for (let at = 0; at < all.length; at++) {
    const rank = ranks[at] as number;
    if (labels[at] === 1) {
      const share = (rank - (own[1][positive] as number)) / n;
      ofPositives[positive++] = share;
      sum += share;
    } else {
      ofNegatives[negative] = 1 - (rank - (own[0][negative] as number)) / m;
      negative++;
    }
  }
  return { auc: m > 0 && n > 0 ? sum / m : null, ofPositives, ofNegatives };
}

/** Sample covariance (n − 1); both arrays of the same length ≥ 2. */
function covariance(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  let sum = 0;
  for (let at = 0; at < x.length; at++) sum += ((x[at] as number) - meanX) * ((y[at] as number) - meanY);
  return sum / (x.length - 1);
}

/** Null with fewer than two cases of a class. */
function aucCovariance(a: Placements, b: Placements): number | null {
  const [m, n] = [a.ofPositives.length, a.ofNegatives.length];
  if (m < 2 || n < 2) return null;
  return covariance(a.ofPositives, b.ofPositives) / m + covariance(a.ofNegatives, b.ofNegatives) / n;
}

/** What rounding leaves of a variance that is 0. */
const roundingNoise = 1e-15;

function estimate(model: Placements): AucEstimate {
  const value = model.auc;
  if (value === null) return { ...undefinedInterval, variance: null };
  const variance = aucCovariance(model, model);
  if (variance === null) return { value, low: null, high: null, variance };
  if (variance < roundingNoise) {
    const smaller = Math.min(model.ofPositives.length, model.ofNegatives.length);
    return { ...wilson(value * smaller, smaller), value, variance: 0 };
  }
  const half = z95 * Math.sqrt(variance);
  if (value - half >= 0 && value + half <= 1)
    return { value, low: value - half, high: value + half, variance };
  const logit = Math.log(value / (1 - value));
  const logitHalf = half / (value * (1 - value));
  const back = (x: number) => 1 / (1 + Math.exp(-x));
  return { value, low: back(logit - logitHalf), high: back(logit + logitHalf), variance };
}

function difference(a: Placements, b: Placements): AucDifference | null {
  const [aa, bb, ab] = [aucCovariance(a, a), aucCovariance(b, b), aucCovariance(a, b)];
  if (a.auc === null || b.auc === null || aa === null || bb === null || ab === null) return null;
  const value = a.auc - b.auc;
  const raw = aa + bb - 2 * ab;
  const variance = raw < roundingNoise ? 0 : raw;
  const deviation = Math.sqrt(variance);
  const z = variance > 0 ? value / deviation : Math.abs(value) < 1e-12 ? 0 : value * Number.POSITIVE_INFINITY;
  return {
    value,
    variance,
    low: Math.max(-1, value - z95 * deviation),
    high: Math.min(1, value + z95 * deviation),
    z,
    p: Math.min(1, 2 * normalTail(Math.abs(z))),
    pGreater: normalTail(z),
  };
}
