import { PneumoscopeError } from "@/lib/errors";
import { createRandom } from "@/lib/random";
import { boxBlur, downAndUp, type Warp, warp } from "./image-operations";

/**
 * A fixed change of held-out images that must not change the reading. Shortcut probes go further: they give each
 * class the look that the other one has in the training originals, so a model that reads the look is caught.
 */
export interface Perturbation {
  name: string;
  apply(gray: Uint8Array, size: number, label: 0 | 1, index: number): ArrayLike<number>;
}

const warped = (name: string, options: Warp): Perturbation => ({
  name,
  apply: (gray, size) => warp(gray, size, options),
});

const toned = (name: string, tone: (level: number) => number): Perturbation => ({
  name,
  apply: (gray) => Float32Array.from(gray, tone),
});

/** In the originals the mean width-to-height ratio is 1.23 for NORMAL and 1.52 for PNEUMONIA. */
const aspectRatioBetweenClasses = 1.52 / 1.23;

/** Held-out conditions on which versions are compared. None of them is drawn by the training augmentation as it is. */
export const perturbations: Perturbation[] = [
  { name: "as published", apply: (gray) => gray },
  warped("stretched wide 1.25", { scaleX: 1.25 }),
  warped("squeezed narrow 0.8", { scaleX: 0.8 }),
  warped("stretched tall 1.25", { scaleY: 1.25 }),
  warped("squeezed flat 0.8", { scaleY: 0.8 }),
  warped("framed closer 1.2", { scaleX: 1.2, scaleY: 1.2 }),
  warped("framed wider 0.8", { scaleX: 0.8, scaleY: 0.8 }),
  warped("rotated 8 degrees", { angleDegrees: 8 }),
  warped("shifted 10 %", { shiftX: 22, shiftY: -16 }),
  toned("brighter by 40", (level) => level + 40),
  toned("darker by 40", (level) => level - 40),
  toned("contrast 1.5", (level) => (level - 128) * 1.5 + 128),
  toned("contrast 0.6", (level) => (level - 128) * 0.6 + 128),
  toned("gamma 0.6", (level) => 255 * (level / 255) ** 0.6),
  toned("gamma 1.6", (level) => 255 * (level / 255) ** 1.6),
  { name: "blurred", apply: (gray, size) => boxBlur(boxBlur(Float32Array.from(gray), size, 1), size, 1) },
  { name: "half resolution", apply: (gray, size) => downAndUp(Float32Array.from(gray), size, 2) },
  { name: "noise of 12 levels", apply: addNoise },
  { name: "borders and markers masked", apply: maskBorders },
  {
    name: "probe: aspect ratios swapped",
    apply: (gray, size, label) => warp(gray, size, aspectSwap(label)),
  },
  {
    name: "probe: aspect and tone swapped",
    apply: (gray, size, label) =>
      warp(gray, size, aspectSwap(label)).map((level) => level + (label === 1 ? -15 : 15)),
  },
  {
    name: "probe: sharpness swapped",
    apply: (gray, size, label) => (label === 0 ? boxBlur(Float32Array.from(gray), size, 1) : gray),
  },
];

/** @throws CONFIG_INVALID naming the perturbations that there are */
export function findPerturbation(name: string): Perturbation {
  const found = perturbations.find((perturbation) => perturbation.name === name);
  if (found) return found;
  const names = perturbations.map((perturbation) => perturbation.name).join(", ");
  throw new PneumoscopeError("CONFIG_INVALID", `There is no perturbation “${name}”. There are: ${names}.`);
}

/** Undoes, for each class, half of the squash by which the classes differ, and does it to the other one. */
function aspectSwap(label: 0 | 1): Warp {
  const half = Math.sqrt(aspectRatioBetweenClasses);
  return label === 1 ? { scaleX: half, scaleY: 1 / half } : { scaleX: 1 / half, scaleY: half };
}

function addNoise(gray: Uint8Array, _size: number, _label: 0 | 1, index: number): Float32Array {
  const random = createRandom(index);
  return Float32Array.from(gray, (level) => level + 12 * random.normal());
}

function maskBorders(gray: Uint8Array, size: number): Uint8Array {
  const margin = Math.round(size * 0.07);
  return gray.map((level, i) => {
    const x = i % size;
    const y = Math.floor(i / size);
    const inside = Math.min(x, y, size - 1 - x, size - 1 - y) >= margin;
    return inside ? level : 0;
  });
}

/** Applies one perturbation to images in a row, rounded back to 8 bits. */
export function perturbImages(
  images: { gray: Uint8Array; labels: Uint8Array },
  size: number,
  { apply }: Perturbation,
): Uint8Array {
  const area = size * size;
  const result = new Uint8ClampedArray(images.gray.length);
  for (const [i, label] of images.labels.entries()) {
    result.set(apply(images.gray.subarray(i * area, (i + 1) * area), size, label as 0 | 1, i), i * area);
  }
  return new Uint8Array(result.buffer);
}
