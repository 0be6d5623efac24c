import * as z from "zod";
import type { Label } from "./auc";
import { intervalSchema, wilson } from "./interval";
import { thresholdForSensitivity } from "./threshold";

/** Probabilities from `low` (included) to `high` (excluded) are called uncertain. */
export interface Band {
  low: number;
  high: number;
}

/** Sensitivity of calling everything from `low` on, and specificity of calling nothing below `high`. */
export const bandTargets = { sensitivity: 0.99, specificity: 0.99 };

/** How often a model errs inside and outside its band; every figure with its 95 % interval. */
export const bandRatesSchema = z.strictObject({
  n: z.int().min(0).describe("images"),
  inside: intervalSchema.describe("share of images in the band"),
  errorsInside: intervalSchema.describe("share of those that the threshold calls wrongly"),
  errorsBelow: intervalSchema.describe("share of images below the band that are PNEUMONIA"),
  errorsAbove: intervalSchema.describe("share of images above the band that are NORMAL"),
});
export type BandRates = z.infer<typeof bandRatesSchema>;

/**
 * The band around a threshold outside which few images of either class lie on the wrong side: below `low` at most
 * 1 − target sensitivity of the positives, from `high` on at most 1 − target specificity of the negatives.
 * @throws RangeError without positives
 */
export function uncertainBand(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
  targets = bandTargets,
): Band {
  const low = thresholdForSensitivity(probabilities, labels, targets.sensitivity);
  const negatives = Float64Array.from(probabilities)
    .filter((_, at) => labels[at] === 0)
    .sort();
  const needed = Math.ceil(targets.specificity * negatives.length - 1e-9);
  // Everything above the last negative that must lie below.
  const highest = needed === 0 ? 0 : (negatives[needed - 1] as number);
  return { low: Math.min(low, threshold), high: Math.max(nextAbove(highest), threshold) };
}

/** A number just above, so that a probability equal to it lies below the band's end. */
function nextAbove(probability: number): number {
  return Math.min(1, probability + 1e-6);
}

/** Error rates of the threshold's calls inside and outside the band (Wilson intervals). */
export function measureBand(
  cases: readonly { label: Label; probability: number }[],
  threshold: number,
  { low, high }: Band,
): BandRates {
  const wrong = cases.filter((item) => (item.probability >= threshold ? 1 : 0) !== item.label);
  const where = (item: { probability: number }) =>
    item.probability < low ? "below" : item.probability < high ? "inside" : "above";
  const count = (items: readonly { probability: number }[], place: string) =>
    items.filter((item) => where(item) === place).length;
  const rate = (place: string) => wilson(count(wrong, place), count(cases, place));
  return {
    n: cases.length,
    inside: wilson(count(cases, "inside"), cases.length),
    errorsInside: rate("inside"),
    errorsBelow: rate("below"),
    errorsAbove: rate("above"),
  };
}
