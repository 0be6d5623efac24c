import * as z from "zod";

/** A figure with its 95 % interval. Null where it is undefined (0/0, one class only, too few cases). */
export const intervalSchema = z.strictObject({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Interval = z.infer<typeof intervalSchema>;

export const undefinedInterval: Interval = { value: null, low: null, high: null };

/** The standard normal's 97.5 % quantile. */
export const z95 = 1.959963984540054;

/**
 * P(Z > z) of the standard normal, to about 14 digits, also far out in the tail.
 * Marsaglia's series (Journal of Statistical Software 11(4), 2004) near zero, Laplace's continued fraction beyond.
 */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < 0) return 1 - normalTail(-z);
  if (z === Number.POSITIVE_INFINITY) return 0;
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let odd = 3; term > sum * 1e-17; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let depth = 200; depth >= 1; depth--) fraction = z + depth / fraction;
  return density / fraction;
}

/**
 * Wilson's score interval for a proportion, 95 %. It does not collapse at 0 or n.
 * Wilson, JASA 22 (1927) 209-212.
 * @param successes 0 to n; need not be whole
 * @returns nulls where n is 0
 */
export function wilson(successes: number, n: number): Interval {
  if (!(n > 0)) return undefinedInterval;
  const value = successes / n;
  const square = z95 * z95;
  const centre = (value + square / (2 * n)) / (1 + square / n);
  const half = (z95 * Math.sqrt((value * (1 - value)) / n + square / (4 * n * n))) / (1 + square / n);
  return {
    value,
    low: value === 0 ? 0 : Math.max(0, centre - half),
    high: value === 1 ? 1 : Math.min(1, centre + half),
  };
}

/** The standard normal's quantile for a probability within (0, 1), by bisection on normalTail to about 1e-12. */
export function standardNormalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`no quantile for ${probability}`);
  let [low, high] = [-40, 40];
  while (high - low > 1e-13 * Math.max(1, Math.abs(low))) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (normalTail(middle) > 1 - probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
