/** How one measure is distributed over the images of a version. */
export interface Distribution {
  images: number;
  mean: number;
  std: number;
  /** At shares 0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1, of the sorted values by linear interpolation. */
  quantiles: number[];
  /** Equal bins from the smallest to the largest value; one bin where all are equal. */
  histogram: { low: number; high: number; counts: number[] };
}

export const quantileShares = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1] as const;
const bins = 30;

/** @throws RangeError for no values */
export function describeDistribution(values: readonly number[]): Distribution {
  if (values.length === 0) throw new RangeError("no values");
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length;
  return {
    images: sorted.length,
    mean: round(mean),
    std: round(Math.sqrt(variance)),
    quantiles: quantileShares.map((share) => round(quantileOf(sorted, share))),
    histogram: histogramOf(sorted),
  };
}

/** @param sorted ascending, not empty; linear interpolation between neighbours, as NumPy's default */
export function quantileOf(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}

function histogramOf(sorted: readonly number[]): Distribution["histogram"] {
  const low = sorted[0] ?? 0;
  const high = sorted.at(-1) ?? low;
  const counts = new Array<number>(low === high ? 1 : bins).fill(0);
  for (const value of sorted) {
    const bin = low === high ? 0 : Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { low, high, counts };
}

export function round(value: number, digits = 4): number {
  return Number(value.toFixed(digits));
}
