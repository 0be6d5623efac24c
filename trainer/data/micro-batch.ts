import { createRandom } from "@/lib/random";
import { resnet18 } from "@/lib/resnet18/architecture";
import type { TrainingConfig } from "@/lib/training/config";
import { toTensor } from "@/lib/xray/to-tensor";
import type { LossInput } from "../engines/engine";
import { augment } from "./augment";
import { type ImageKey, keyWord } from "./image-keys";
import type { LabelledImages } from "./labelled-images";

/** Images as an epoch sees them. */
export interface ImageRequest {
  epoch: number;
  indices: number[];
}

/** Which images a micro-batch holds, and what each one's loss counts for. */
export interface MicroBatchRequest extends ImageRequest {
  sampleWeights: number[];
}

export interface TrainingImages extends LabelledImages {
  /** [n] */
  keys: readonly ImageKey[];
}

/** Augmented images as a tensor [n, size, size, 3]; they follow from the seed, the epoch and each image alone. */
export function prepareImages(
  { gray, keys }: Pick<TrainingImages, "gray" | "keys">,
  config: TrainingConfig,
  { epoch, indices }: ImageRequest,
): Float32Array {
  const size = config.imageSize;
  const area = size * size;
  const augmented = new Float32Array(indices.length * area);
  for (const [i, index] of indices.entries()) {
    const original = gray.subarray(index * area, (index + 1) * area);
    augmented.set(augmentedImage(original, keys[index] as ImageKey, epoch, config), i * area);
  }
  return toTensor(augmented, size);
}

/** Everything of a micro-batch but its images. */
export function lossInput(
  { labels, keys }: Pick<TrainingImages, "labels" | "keys">,
  config: TrainingConfig,
  { epoch, indices, sampleWeights }: MicroBatchRequest,
): LossInput {
  return {
    targets: Float32Array.from(indices, (index) => smooth(labels[index] as number, config.labelSmoothing)),
    sampleWeights: Float32Array.from(sampleWeights),
    featureMask: dropoutMask(
      indices.map((index) => keys[index] as ImageKey),
      epoch,
      config,
    ),
  };
}

/** [keys × 512], multiplied into the pooled features. */
function dropoutMask(
  keys: readonly ImageKey[],
  epoch: number,
  { seed, dropout }: Pick<TrainingConfig, "seed" | "dropout">,
): Float32Array {
  const { features } = resnet18;
  const mask = new Float32Array(keys.length * features).fill(1);
  if (dropout === 0) return mask;
  for (const [i, key] of keys.entries()) {
    // Epochs count from 1: a negative one is nobody else's.
    const random = createRandom(mixSeed(seed, -1 - epoch, keyWord(key)));
    for (let k = i * features; k < (i + 1) * features; k++)
      mask[k] = random.next() < dropout ? 0 : 1 / (1 - dropout);
  }
  return mask;
}

/**
 * The view of an image that an epoch trains on. It depends on the image and not on its place among others, so that
 * tomorrow's run, with more of them, trains on the same views.
 * @param gray [size × size]
 * @returns [size × size], 0 to 255
 */
export function augmentedImage(
  gray: Uint8Array,
  key: ImageKey,
  epoch: number,
  { seed, imageSize, augmentation }: Pick<TrainingConfig, "seed" | "imageSize" | "augmentation">,
): Float32Array {
  return augment(gray, imageSize, augmentation, createRandom(mixSeed(seed, epoch, keyWord(key))));
}

const smooth = (label: number, amount: number) => label * (1 - amount) + amount / 2;

/** A 32-bit seed for one image in one epoch; −1 is the order of the epoch. */
export function mixSeed(seed: number, epoch: number, image: number): number {
  let mixed = Math.imul(seed + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(epoch + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f) ^ Math.imul(image + 2, 0x165667b1);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
