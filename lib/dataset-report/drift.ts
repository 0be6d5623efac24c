import { quantileOf, round } from "./distribution";

export const driftLevels = ["stable", "moderate", "major"] as const;
export type DriftLevel = (typeof driftLevels)[number];

/** How far a measure's distribution has moved. */
export interface Drift {
  level: DriftLevel;
  /** Population stability index. */
  psi: number;
  /** What the index exceeds by chance in one comparison of 1,000 of two samples of this size. */
  psiByChance: number;
  /** Kolmogorov and Smirnov's largest difference of the two distribution functions, 0 to 1. */
  ks: number;
  medianBefore: number;
  medianAfter: number;
}

/**
 * Conventional bounds: Lewis, «An Introduction to Credit Scoring», 1994; Siddiqi, «Credit Risk Scorecards», 2006.
 */
export const driftBounds = { moderate: 0.1, major: 0.25 } as const;

/** χ²'s 99.9 % quantile by degrees of freedom, 0 to 11. */
const chiSquared999 = [
  0, 10.828, 13.816, 16.266, 18.467, 20.515, 22.458, 24.322, 26.124, 27.877, 29.588, 31.264,
];

/**
 * Compares two samples of a measure.
 * PSI = Σ (q − p) ln(q / p) over bins at the deciles of `before`, with one bin below its smallest and one above its
 * largest value; half an image is added to each bin, so that an empty one stays finite. The conventional bounds fit
 * samples of some hundreds; in smaller ones PSI exceeds them by chance, so a level also needs PSI above
 * (1/n + 1/m) χ²(bins − 1), its 99.9 % quantile where nothing has changed (Yurdakul, Naranjo: «Statistical properties
 * of the population stability index», Journal of Risk Model Validation 14(4), 2020).
 * @throws RangeError for an empty sample
 */
export function measureDrift(before: readonly number[], after: readonly number[]): Drift {
  if (before.length === 0 || after.length === 0) throw new RangeError("no values");
  const a = [...before].sort((x, y) => x - y);
  const b = [...after].sort((x, y) => x - y);
  const edges = decileEdges(a);
  const p = binShares(a, edges);
  const q = binShares(b, edges);
  let psi = 0;
  for (const [bin, share] of p.entries()) {
    const other = q[bin] ?? 0;
    psi += (other - share) * Math.log(other / share);
  }
  const freedom = Math.min(p.length - 1, chiSquared999.length - 1);
  const psiByChance = (1 / a.length + 1 / b.length) * (chiSquared999[freedom] ?? 0);
  return {
    level: psi > psiByChance ? levelOf(psi) : "stable",
    psi: round(psi),
    psiByChance: round(psiByChance),
    ks: round(kolmogorovSmirnov(a, b)),
    medianBefore: round(quantileOf(a, 0.5)),
    medianAfter: round(quantileOf(b, 0.5)),
  };
}

function levelOf(psi: number): DriftLevel {
  if (psi >= driftBounds.major) return "major";
  return psi >= driftBounds.moderate ? "moderate" : "stable";
}

/** Distinct deciles. Bins are: below the first, then up to and with each next one, then above the last. */
function decileEdges(sorted: readonly number[]): number[] {
  const deciles = Array.from({ length: 11 }, (_, tenth) => quantileOf(sorted, tenth / 10));
  const distinct = [...new Set(deciles)];
  return distinct.length === 1 ? [...distinct, ...distinct] : distinct;
}

function binShares(sorted: readonly number[], edges: readonly number[]): number[] {
  const smallest = edges[0] ?? 0;
  const bins = edges.length + 1;
  const counts = new Array<number>(bins).fill(0.5);
  for (const value of sorted) {
    let bin = 0;
    if (value >= smallest) {
      bin = 1;
      while (bin < edges.length && value > (edges[bin] ?? 0)) bin++;
    }
    counts[bin] = (counts[bin] ?? 0.5) + 1;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}

/** @param a ascending @param b ascending */
function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): number {
  let largest = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] ?? 0, b[j] ?? 0);
    while (i < a.length && (a[i] ?? 0) <= value) i++;
    while (j < b.length && (b[j] ?? 0) <= value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}
