import { createHash } from "node:crypto";
import { createRandom } from "@/lib/random";
import { applyView, type View } from "@/lib/resnet18/views";
import type { TrainingConfig } from "@/lib/training/config";
import { toTensor } from "@/lib/xray/to-tensor";
import { augment } from "../data/augment";
import type { ImageKey } from "../data/image-keys";

const probeSide = 48;
const probeDraws = 24;

/**
 * What augmented images' features share besides the backbone. The code that draws them is in it by what it draws: a change
 * that moves a pixel of the probes leaves the old features behind.
 */
export function drawSpace({ seed, imageSize, augmentation }: TrainingConfig): string {
  const hash = createHash("sha256").update(JSON.stringify(["draws", seed, imageSize, augmentation]));
  for (let draw = 0; draw < probeDraws; draw++)
    hash.update(toTensor(augment(probe(), probeSide, augmentation, createRandom(draw)), probeSide));
  return hash.digest("hex");
}

/** The same of images as they are predicted. */
export function viewSpace({ imageSize }: Pick<TrainingConfig, "imageSize">): string {
  const hash = createHash("sha256").update(JSON.stringify(["views", imageSize]));
  for (const view of ["identity", "horizontal-flip"] as const)
    hash.update(toTensor(applyView(probe(), probeSide, view), probeSide));
  return hash.digest("hex");
}

/** @param backbone its digest @param hardware what computes it: another processor may round differently */
export function featureSpace(backbone: string, hardware: string, images: string): string {
  return sha256(JSON.stringify([backbone, hardware, images]));
}

export const drawKey = (image: ImageKey, epoch: number) => sha256(`${image} ${epoch}`);

export const viewKey = (image: ImageKey, view: View) => sha256(`${image} ${view}`);

/** Shades, edges and texture for every step of the augmentation to work on. */
function probe(): Uint8Array {
  const random = createRandom(1);
  return Uint8Array.from({ length: probeSide ** 2 }, (_, i) => {
    const [x, y] = [i % probeSide, Math.floor(i / probeSide)];
    return Math.min(255, x * 3 + (y > 20 ? 60 : 0) + random.int(40));
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
