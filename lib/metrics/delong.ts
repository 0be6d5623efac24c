import { midRanks, requireScores } from "./auc";
import { type Interval, normalTail, undefinedInterval, wilson, z95 } from "./interval";

export interface AucEstimate extends Interval {
  /** Null with fewer than two patients of a class. */
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
 * With `patients`, cases of one patient are taken as one draw: their components are summed before they are squared
 * (Obuchowski, Biometrics 53 (1997) 567-578), which is DeLong's variance again where every patient has one case.
 *
 * The AUC's interval is value ± 1.96·√variance while that stays within 0 and 1. Where it does not, the same is done
 * on the logit scale and mapped back. Where the variance is 0 (all pairs in order, or every score tied) it is
 * Wilson's for as many trials as the smaller class has patients: a perfect score on few cases is not certainty.
 * @param input.labels [n] 0 or 1
 * @param input.a, input.b [n] scores, any monotone scale
 * @param input.patients [n] whose case it is
 * @throws RangeError for lengths that differ, NaN scores and labels other than 0 and 1
 */
export function delong(input: {
  labels: ArrayLike<number>;
  a: ArrayLike<number>;
  b?: ArrayLike<number>;
  patients?: readonly string[];
}): DelongResult {
  const { labels } = input;
  const clusters = numberPatients(labels, input.patients);
  const a = placements(labels, input.a, clusters);
  const b = input.b && placements(labels, input.b, clusters);
  return {
    a: estimate(a),
    b: b ? estimate(b) : null,
    difference: b ? difference(a, b) : null,
  };
}

/** For each case the number of its patient, from 0; without patients every case is its own. */
function numberPatients(labels: ArrayLike<number>, patients: readonly string[] | undefined): Uint32Array {
  if (!patients) return Uint32Array.from(labels, (_, at) => at);
  if (patients.length !== labels.length) {
    throw new RangeError(`${labels.length} labels for ${patients.length} patients`);
  }
  const numbers = new Map<string, number>();
  return Uint32Array.from(patients, (patient) => {
    const number = numbers.get(patient) ?? numbers.size;
    numbers.set(patient, number);
    return number;
  });
}

/**
 * DeLong's structural components: for each case the share of the other class that it is ordered right against,
 * less the AUC, summed by patient.
 */
interface Placements {
  /** null where a class is missing */
  auc: number | null;
  positives: number;
  negatives: number;
  /** patient → sum over the patient's positives (negatives) */
  ofPositives: Map<number, number>;
  ofNegatives: Map<number, number>;
}

function placements(labels: ArrayLike<number>, scores: ArrayLike<number>, clusters: Uint32Array): Placements {
  requireScores(labels, scores);
  const all = Float64Array.from(scores);
  const positives = all.filter((_, at) => labels[at] === 1);
  const negatives = all.filter((_, at) => labels[at] === 0);
  const [m, n] = [positives.length, negatives.length];
  const ranks = midRanks(all);
  const own = { 1: midRanks(positives), 0: midRanks(negatives) };
  const shares = new Float64Array(all.length);
  let [positive, negative, sum] = [0, 0, 0];
  for (let at = 0; at < all.length; at++) {
    const rank = ranks[at] as number;
    if (labels[at] === 1) {
      const share = (rank - (own[1][positive++] as number)) / n;
      shares[at] = share;
      sum += share;
    } else {
      shares[at] = 1 - (rank - (own[0][negative++] as number)) / m;
    }
  }
  const auc = m > 0 && n > 0 ? sum / m : null;
  const ofPositives = new Map<number, number>();
  const ofNegatives = new Map<number, number>();
  for (let at = 0; at < all.length; at++) {
    const sums = labels[at] === 1 ? ofPositives : ofNegatives;
    const cluster = clusters[at] as number;
    sums.set(cluster, (sums.get(cluster) ?? 0) + (shares[at] as number) - (auc ?? 0));
  }
  return { auc, positives: m, negatives: n, ofPositives, ofNegatives };
}

/** Sum over the patients in both, with the small-sample factor of `patients`. */
function sumOfProducts(x: Map<number, number>, y: Map<number, number>, patients: number): number {
  let sum = 0;
  for (const [patient, value] of x) sum += value * (y.get(patient) ?? 0);
  return (sum * patients) / (patients - 1);
}

/** Null with fewer than two patients of a class. */
function aucCovariance(a: Placements, b: Placements): number | null {
  const { positives: m, negatives: n } = a;
  if (a.ofPositives.size < 2 || a.ofNegatives.size < 2) return null;
  const all = new Set([...a.ofPositives.keys(), ...a.ofNegatives.keys()]).size;
  const across =
    sumOfProducts(a.ofPositives, b.ofNegatives, all) + sumOfProducts(a.ofNegatives, b.ofPositives, all);
  return (
    sumOfProducts(a.ofPositives, b.ofPositives, a.ofPositives.size) / m ** 2 +
    sumOfProducts(a.ofNegatives, b.ofNegatives, a.ofNegatives.size) / n ** 2 +
    across / (m * n)
  );
}

/** What rounding leaves of a variance that is 0. */
const roundingNoise = 1e-15;

function estimate(model: Placements): AucEstimate {
  const value = model.auc;
  if (value === null) return { ...undefinedInterval, variance: null };
  const variance = aucCovariance(model, model);
  if (variance === null) return { value, low: null, high: null, variance };
  if (variance < roundingNoise) {
    const smaller = Math.min(model.ofPositives.size, model.ofNegatives.size);
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
