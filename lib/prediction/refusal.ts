import * as z from "zod";
import { intervalSchema } from "@/lib/metrics/interval";

/**
 * What a network's descriptors of radiographs look like: a Gaussian whose covariance is a few components and one
 * variance for all other directions (Tipping and Bishop, «Probabilistic principal component analysis», 1999).
 */
export const referenceSchema = z.strictObject({
  mean: z.array(z.number()).min(1).describe("[channels] of the descriptor"),
  scale: z.array(z.number().gt(0)).describe("[channels] standard deviation"),
  components: z.array(z.array(z.number())).describe("[k][channels] unit vectors of the scaled descriptors"),
  variances: z.array(z.number().gt(0)).describe("[k] along the components"),
  restVariance: z.number().gt(0).describe("mean variance of the other directions"),
});
export type Reference = z.infer<typeof referenceSchema>;

/** From which distance an image is refused, and how that was measured. */
export const refusalSchema = z.strictObject({
  descriptor: z.literal("layer2-mean").describe("mean of the second stage's output over its area"),
  reference: referenceSchema.describe("of training images, as they are and augmented"),
  limit: z.number().gt(0).describe("refused where the distance is larger"),
  acceptedShare: z
    .number()
    .gt(0)
    .max(1)
    .describe("of augmented validation images, by which the limit was chosen"),
  heldOut: z
    .strictObject({ refused: intervalSchema, images: z.int().min(0) })
    .describe("held-out radiographs that are refused, as they are"),
  foreign: z
    .strictObject({ refused: intervalSchema, images: z.int().min(0), material: z.string().min(1) })
    .optional()
    .describe(
      "images that are no chest radiographs, shown in gray, none of them used to fit or choose anything",
    ),
});
export type Refusal = z.infer<typeof refusalSchema>;

/**
 * Squared Mahalanobis distance per channel from the reference: about 1 for images like those it was fitted on.
 * @param descriptor [channels]
 */
export function distanceFrom(reference: Reference, descriptor: ArrayLike<number>): number {
  const { mean, scale, components, variances, restVariance } = reference;
  const scaled = mean.map((value, i) => (at(descriptor, i) - value) / at(scale, i));
  const total = scaled.reduce((sum, value) => sum + value * value, 0);
  let along = 0;
  let explained = 0;
  for (const [k, component] of components.entries()) {
    const projection = component.reduce((sum, weight, i) => sum + weight * at(scaled, i), 0);
    along += projection * projection;
    explained += (projection * projection) / at(variances, k);
  }
  return (explained + Math.max(0, total - along) / restVariance) / mean.length;
}

/** Distances of n descriptors. @param descriptors [n × channels] */
export function distancesFrom(reference: Reference, descriptors: Float32Array): Float64Array {
  const channels = reference.mean.length;
  return Float64Array.from({ length: descriptors.length / channels }, (_, i) =>
    distanceFrom(reference, descriptors.subarray(i * channels, (i + 1) * channels)),
  );
}

const at = (values: ArrayLike<number>, index: number) => values[index] as number;
