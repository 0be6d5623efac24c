/** Of durations in milliseconds, the smallest and the middle one. */
export interface Spread {
  min: number;
  median: number;
}

/** @throws when there is no value */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error("The median of no values.");
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** @throws when there is no value */
export function spreadOf(values: readonly number[]): Spread {
  return { min: Math.min(...values), median: median(values) };
}

/**
 * How many times a reference's duration the measured one is, both taken in turn, round by round.
 * @returns `min` of the minima; `median` of the ratios of each round, which a load that comes and goes moves least
 */
export function ratioOf(measured: readonly number[], reference: readonly number[]): Spread {
  if (measured.length !== reference.length) throw new Error("Ratios need as many rounds of both.");
  return {
    min: Math.min(...measured) / Math.min(...reference),
    median: median(measured.map((value, i) => value / (reference[i] as number))),
  };
}
