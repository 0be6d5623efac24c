import { createRandom, type Random } from "@/lib/random";
import { resnet18 } from "@/lib/resnet18/architecture";
import type { TrainingConfig } from "@/lib/training/config";
import { toTensor } from "@/lib/xray/to-tensor";
import type { MicroBatch } from "../engines/engine";
import { augment } from "./augment";
import type { LabelledImages } from "./labelled-images";

/** Which images a micro-batch holds, and what each one's loss counts for. */
export interface MicroBatchRequest {
  epoch: number;
  indices: number[];
  sampleWeights: number[];
}

/** Augmented images as tensors; they follow from the seed, the epoch and each image's place alone. */
export function prepareMicroBatch(
  train: LabelledImages,
  config: TrainingConfig,
  { epoch, indices, sampleWeights }: MicroBatchRequest,
): MicroBatch {
  const size = config.imageSize;
  const area = size * size;
  const gray = new Float32Array(indices.length * area);
  const featureMask = new Float32Array(indices.length * resnet18.features).fill(1);
  for (const [i, index] of indices.entries()) {
    const original = train.gray.subarray(index * area, (index + 1) * area);
    const { image, random } = augmentedImage(original, index, epoch, config);
    gray.set(image, i * area);
    if (config.dropout > 0) {
      const row = featureMask.subarray(i * resnet18.features, (i + 1) * resnet18.features);
      for (let k = 0; k < row.length; k++)
        row[k] = random.next() < config.dropout ? 0 : 1 / (1 - config.dropout);
    }
  }
  return {
    images: toTensor(gray, size),
    targets: Float32Array.from(indices, (index) =>
      smooth(train.labels[index] as number, config.labelSmoothing),
    ),
    sampleWeights: Float32Array.from(sampleWeights),
    featureMask,
  };
}

/**
 * The view of an image that an epoch trains on.
 * @param gray [size × size]
 * @param index of the image among the training images
 * @returns image [size × size], 0 to 255, and the random numbers that come after it
 */
export function augmentedImage(
  gray: Uint8Array,
  index: number,
  epoch: number,
  { seed, imageSize, augmentation }: Pick<TrainingConfig, "seed" | "imageSize" | "augmentation">,
): { image: Float32Array; random: Random } {
  const random = createRandom(mixSeed(seed, epoch, index));
  return { image: augment(gray, imageSize, augmentation, random), random };
}

const smooth = (label: number, amount: number) => label * (1 - amount) + amount / 2;

/** A 32-bit seed for one image in one epoch; −1 is the order of the epoch. */
export function mixSeed(seed: number, epoch: number, index: number): number {
  let mixed = Math.imul(seed + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(epoch + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f) ^ Math.imul(index + 2, 0x165667b1);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
