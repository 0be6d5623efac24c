import type { Random } from "@/lib/random";
import type { Augmentation } from "@/lib/training/config";
import { boxBlur, downAndUp, warp } from "./image-operations";

/**
 * One random view of an image. Width and height scale independently, because the training originals' aspect ratio
 * tells the classes apart and must not; edges, sharpness, tone and markers vary for the same reason.
 * @param gray [size × size], 0 to 255
 * @returns [size × size], 0 to 255, a new array
 */
export function augment(gray: Uint8Array, size: number, options: Augmentation, random: Random): Float32Array {
  let image = randomWarp(gray, size, weaken(options, random.next()), random);
  if (random.next() < options.blurProbability) image = soften(image, size, random);
  tone(image, weaken(options, random.next()), random);
  if (options.noise > 0) addNoise(image, options.noise * random.next(), random);
  if (random.next() < options.eraseProbability) erase(image, size, random);
  for (let i = 0; i < image.length; i++) {
    const value = image[i] as number;
    if (value < 0) image[i] = 0;
    else if (value > 255) image[i] = 255;
  }
  return image;
}

/**
 * Magnitudes scaled by a strength in [0, 1]. It is drawn anew for each view, so that nearly unchanged images are as
 * frequent as strongly changed ones.
 */
function weaken(options: Augmentation, strength: number): Augmentation {
  return {
    ...options,
    rotationDegrees: options.rotationDegrees * strength,
    scale: options.scale * strength,
    translation: options.translation * strength,
    brightness: options.brightness * strength,
    contrast: options.contrast * strength,
    gamma: options.gamma * strength,
  };
}

const symmetric = (random: Random, extent: number) => (2 * random.next() - 1) * extent;

/** Flip, rotation, independent scaling and shift in one bilinear pass; outside is black or the nearest edge. */
function randomWarp(gray: Uint8Array, size: number, options: Augmentation, random: Random): Float32Array {
  return warp(gray, size, {
    mirror: options.flip && random.next() < 0.5,
    angleDegrees: symmetric(random, options.rotationDegrees),
    scaleX: Math.exp(symmetric(random, Math.log(1 + options.scale))),
    scaleY: Math.exp(symmetric(random, Math.log(1 + options.scale))),
    shiftX: symmetric(random, options.translation) * size,
    shiftY: symmetric(random, options.translation) * size,
    repeatEdge: random.next() < 0.5,
  });
}

/** Two box blurs of radius 1 to 3, or block averaging and back: other scanners' and scalers' sharpness. */
function soften(image: Float32Array, size: number, random: Random): Float32Array {
  if (random.next() < 0.5) {
    const strength = 0.2 + 0.8 * random.next();
    const radius = 1 + random.int(2);
    const blurred = boxBlur(boxBlur(image, size, radius), size, 1);
    for (let i = 0; i < image.length; i++) {
      const value = image[i] as number;
      image[i] = value + strength * ((blurred[i] as number) - value);
    }
    return image;
  }
  return downAndUp(image, size, 1.3 + 2.2 * random.next());
}

/** Gamma, contrast around the image's own mean, brightness, and rarely inversion, through one table. */
function tone(image: Float32Array, options: Augmentation, random: Random): void {
  const gamma = Math.exp(symmetric(random, options.gamma));
  const contrast = Math.exp(symmetric(random, Math.log(1 + options.contrast)));
  const brightness = symmetric(random, options.brightness) * 255;
  const invert = random.next() < options.invertProbability;
  let mean = 0;
  for (let i = 0; i < image.length; i++) mean += (image[i] as number) / image.length;
  const pivot = 255 * (Math.max(mean, 1) / 255) ** gamma;
  const table = Float32Array.from({ length: 256 }, (_, level) => {
    const value = (255 * (level / 255) ** gamma - pivot) * contrast + pivot + brightness;
    return Math.min(255, Math.max(0, invert ? 255 - value : value));
  });
  for (let i = 0; i < image.length; i++) {
    const value = image[i] as number;
    const low = value <= 0 ? 0 : value >= 254 ? 254 : value | 0;
    const lower = table[low] as number;
    image[i] = lower + (value - low) * ((table[low + 1] as number) - lower);
  }
}

/** Gaussian noise by the sum of four uniform bytes of two draws: fast, and normal enough for noise. */
function addNoise(image: Float32Array, deviation: number, random: Random): void {
  const unit = deviation / 147.8;
  for (let i = 0; i < image.length; i++) {
    const bits = random.int(2 ** 32);
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    image[i] = (image[i] as number) + (sum - 510) * unit;
  }
}

/** A frame all around, as collimation and cropping leave it, or one to three rectangles; black, white or gray. */
function erase(image: Float32Array, size: number, random: Random): void {
  if (random.next() < 0.3) {
    eraseFrame(
      image,
      size,
      Math.round(size * 0.1 * random.next()),
      random.next() < 0.7 ? 0 : 255 * random.next(),
    );
    return;
  }
  const count = 1 + random.int(3);
  for (let n = 0; n < count; n++) eraseRectangle(image, size, random);
}

function eraseFrame(image: Float32Array, size: number, margin: number, shade: number): void {
  for (let y = 0; y < size; y++) {
    const row = y * size;
    if (y < margin || y >= size - margin) image.fill(shade, row, row + size);
    else {
      image.fill(shade, row, row + margin);
      image.fill(shade, row + size - margin, row + size);
    }
  }
}

/** Most lie at the border, where letters and markers are. */
function eraseRectangle(image: Float32Array, size: number, random: Random): void {
  const atBorder = random.next() < 0.7;
  const longest = atBorder ? 0.25 : 0.2;
  const width = Math.round(size * (0.05 + longest * random.next()));
  const height = Math.round(size * (0.05 + longest * random.next()));
  let x = random.int(size - width);
  let y = random.int(size - height);
  if (atBorder) {
    const side = random.int(4);
    if (side === 0) x = 0;
    else if (side === 1) x = size - width;
    else if (side === 2) y = 0;
    else y = size - height;
  }
  const shade = [0, 255, 255 * random.next()][random.int(3)] as number;
  for (let row = y; row < y + height; row++) image.fill(shade, row * size + x, row * size + x + width);
}
