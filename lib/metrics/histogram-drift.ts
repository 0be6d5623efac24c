import { standardNormalQuantile } from "./interval";

/** How far a histogram lies from the one it is compared with. */
export interface HistogramDrift {
  /** Population stability index, 0 and up. */
  psi: number;
  /** What the index exceeds by chance once in 1,000 comparisons of two samples of these sizes. */
  psiByChance: number;
  /** Largest difference of the two distribution functions at the bins' edges, 0 to 1. */
  ks: number;
  /** Probability of such a `ks` or a larger one where nothing has changed, 0 to 1. */
  ksP: number;
  /** Values in the reference and in what is compared with it. */
  expected: number;
  observed: number;
}

/**
 * Compares two histograms over the same bins.
 * @param expected counts of the reference, not all zero
 * @param observed counts, not all zero
 * @throws RangeError where the bins differ in number, there are fewer than two, or a histogram is empty
 */
export function measureHistogramDrift(
  expected: readonly number[],
  observed: readonly number[],
): HistogramDrift {
  if (expected.length !== observed.length || expected.length < 2)
    throw new RangeError(`${expected.length} and ${observed.length} bins`);
  const n = total(expected);
  const m = total(observed);
  if (n === 0 || m === 0) throw new RangeError("an empty histogram");
  const ks = kolmogorovSmirnovOfHistograms(expected, observed);
  return {
    psi: populationStabilityIndex(expected, observed),
    psiByChance: (1 / n + 1 / m) * chiSquaredQuantile(0.999, expected.length - 1),
    ks,
    ksP: kolmogorovTail(Math.sqrt((n * m) / (n + m)) * ks),
    expected: n,
    observed: m,
  };
}

/**
 * PSI = Σ (q − p) ln(q / p): Jeffreys' divergence of the bins' shares (Jeffreys, Proc. R. Soc. A 186, 1946; the name
 * from Lewis, «An Introduction to Credit Scoring», 1994). Half a value is added to each bin, so that an empty one stays finite.
 */
export function populationStabilityIndex(expected: readonly number[], observed: readonly number[]): number {
  const p = smoothedShares(expected);
  const q = smoothedShares(observed);
  return p.reduce((sum, share, bin) => sum + (at(q, bin) - share) * Math.log(at(q, bin) / share), 0);
}

/**
 * Kolmogorov and Smirnov's statistic of binned values. It is never larger than that of the values themselves: inside
 * a bin nothing is seen.
 */
export function kolmogorovSmirnovOfHistograms(
  expected: readonly number[],
  observed: readonly number[],
): number {
  const n = total(expected);
  const m = total(observed);
  let [below, belowOther, largest] = [0, 0, 0];
  for (const [bin, count] of expected.entries()) {
    below += count;
    belowOther += at(observed, bin);
    largest = Math.max(largest, Math.abs(below / n - belowOther / m));
  }
  return largest;
}

/**
 * P(K > x) of Kolmogorov's distribution, the limit of √(nm/(n+m))·D for large samples: 2 Σ (−1)^(k−1) exp(−2k²x²)
 * (Kolmogorov 1933; Smirnov, Annals of Mathematical Statistics 19, 1948), and its theta-function form for small x.
 */
export function kolmogorovTail(x: number): number {
  if (!(x > 0)) return 1;
  let sum = 0;
  if (x < 1) {
    for (let k = 1; k <= 20; k++) sum += Math.exp(-(((2 * k - 1) * Math.PI) ** 2) / (8 * x * x));
    return Math.min(1, Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / x) * sum));
  }
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * (k * x) ** 2);
  return Math.min(1, Math.max(0, 2 * sum));
}

/**
 * χ²'s quantile, within 1 % from nine degrees of freedom on: Wilson and Hilferty's cube root (PNAS 17, 1931, 684-688).
 */
export function chiSquaredQuantile(probability: number, freedom: number): number {
  const part = 2 / (9 * freedom);
  return freedom * (1 - part + standardNormalQuantile(probability) * Math.sqrt(part)) ** 3;
}

function smoothedShares(counts: readonly number[]): number[] {
  const all = total(counts) + counts.length / 2;
  return counts.map((count) => (count + 0.5) / all);
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
const at = (values: readonly number[], index: number) => values[index] ?? 0;
