import { requireScores } from "./auc";
import { type Interval, normalTail, undefinedInterval, wilson, z95 } from "./interval";
import { midPlace } from "./mid-place";

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
  const cases = labelledPatients(input.labels, input.patients);
  const a = placeScores(cases, input.a);
  const b = input.b && placeScores(cases, input.b);
  return {
    a: estimateAuc(a),
    b: b ? estimateAuc(b) : null,
    difference: b ? compareAucs(a, b) : null,
  };
}

/** What DeLong's sums need of the cases, whatever the scores. */
export interface LabelledPatients {
  labels: ArrayLike<number>;
  /** [n] the number of each case's patient, from 0 */
  patientOf: Uint32Array;
  patients: number;
  /** Cases of each label. */
  positives: number;
  negatives: number;
  /** Numbers of the patients that have a case of the label. */
  withPositives: Uint32Array;
  withNegatives: Uint32Array;
}

/**
 * Numbers the patients of cases; without `patients` every case is its own.
 * @throws RangeError where lengths differ
 */
export function labelledPatients(labels: ArrayLike<number>, patients?: readonly string[]): LabelledPatients {
  if (patients && patients.length !== labels.length)
    throw new RangeError(`${labels.length} labels for ${patients.length} patients`);
  const numbers = new Map<string | number, number>();
  const [withPositives, withNegatives] = [new Set<number>(), new Set<number>()];
  let positives = 0;
  const patientOf = Uint32Array.from(labels, (label, at) => {
    const patient = patients?.[at] ?? at;
    const number = numbers.get(patient) ?? numbers.size;
    numbers.set(patient, number);
    if (label === 1) positives++;
    (label === 1 ? withPositives : withNegatives).add(number);
    return number;
  });
  return {
    labels,
    patientOf,
    patients: numbers.size,
    positives,
    negatives: labels.length - positives,
    withPositives: Uint32Array.from(withPositives),
    withNegatives: Uint32Array.from(withNegatives),
  };
}

/**
 * A model's scores as DeLong's structural components: for each case the share of the other class that it is ordered
 * right against, less the AUC, summed by patient. Models placed on the same cases are compared without sorting again.
 */
export interface PlacedScores {
  cases: LabelledPatients;
  /** null where a class is missing */
  auc: number | null;
  /** Null with fewer than two patients of a class. */
  variance: number | null;
  /** [patients] sum over the patient's positives (negatives) */
  ofPositives: Float64Array;
  ofNegatives: Float64Array;
}

/** @throws RangeError for lengths that differ, NaN scores and labels other than 0 and 1 */
export function placeScores(cases: LabelledPatients, scores: ArrayLike<number>): PlacedScores {
  const { labels, patientOf, patients, positives: m, negatives: n } = cases;
  requireScores(labels, scores);
  const [positives, negatives] = sortedByLabel(labels, scores, m);
  const shares = new Float64Array(labels.length);
  let sum = 0;
  for (let at = 0; at < shares.length; at++) {
    const score = scores[at] as number;
    const isPositive = labels[at] === 1;
    const share = isPositive ? midPlace(negatives, score) / n : 1 - midPlace(positives, score) / m;
    shares[at] = share;
    if (isPositive) sum += share;
  }
  const auc = m > 0 && n > 0 ? sum / m : null;
  const ofPositives = new Float64Array(patients);
  const ofNegatives = new Float64Array(patients);
  for (const [at, share] of shares.entries()) {
    const sums = labels[at] === 1 ? ofPositives : ofNegatives;
    const patient = patientOf[at] as number;
    sums[patient] = (sums[patient] as number) + share - (auc ?? 0);
  }
  const placed = { cases, auc, variance: null, ofPositives, ofNegatives };
  return { ...placed, variance: aucCovariance(placed, placed) };
}

function sortedByLabel(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  positives: number,
): [positives: Float64Array, negatives: Float64Array] {
  const sorted: [Float64Array, Float64Array] = [
    new Float64Array(positives),
    new Float64Array(labels.length - positives),
  ];
  const filled = [0, 0] as [number, number];
  for (let at = 0; at < labels.length; at++) {
    const side = labels[at] === 1 ? 0 : 1;
    sorted[side][filled[side]++] = scores[at] as number;
  }
  return [sorted[0].sort(), sorted[1].sort()];
}

/** Sum over the patients in both, with the small-sample factor of `patients`. */
function sumOfProducts(x: Float64Array, y: Float64Array, members: Uint32Array, patients: number): number {
  let sum = 0;
  for (const patient of members) sum += (x[patient] as number) * (y[patient] as number);
  return (sum * patients) / (patients - 1);
}

/** Null with fewer than two patients of a class. */
function aucCovariance(a: PlacedScores, b: PlacedScores): number | null {
  const { positives: m, negatives: n, withPositives, withNegatives, patients } = a.cases;
  if (withPositives.length < 2 || withNegatives.length < 2) return null;
  const across =
    sumOfProducts(a.ofPositives, b.ofNegatives, withPositives, patients) +
    sumOfProducts(a.ofNegatives, b.ofPositives, withNegatives, patients);
  return (
    sumOfProducts(a.ofPositives, b.ofPositives, withPositives, withPositives.length) / m ** 2 +
    sumOfProducts(a.ofNegatives, b.ofNegatives, withNegatives, withNegatives.length) / n ** 2 +
    across / (m * n)
  );
}

/** What rounding leaves of a variance that is 0. */
const roundingNoise = 1e-15;

/** A model's AUC with the interval that `delong` describes. */
export function estimateAuc({ auc: value, variance, cases }: PlacedScores): AucEstimate {
  if (value === null) return { ...undefinedInterval, variance: null };
  if (variance === null) return { value, low: null, high: null, variance };
  if (variance < roundingNoise) {
    const smaller = Math.min(cases.withPositives.length, cases.withNegatives.length);
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

/**
 * The paired test of two models that were placed on the same cases; null where an AUC or its variance is undefined.
 * @throws RangeError where they were placed on different ones
 */
export function compareAucs(a: PlacedScores, b: PlacedScores): AucDifference | null {
  if (a.cases !== b.cases) throw new RangeError("compareAucs needs two models on the same cases");
  const [aa, bb, ab] = [a.variance, b.variance, aucCovariance(a, b)];
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
