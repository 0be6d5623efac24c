import type { Random } from "@/lib/random";
import type { Augmentation } from "@/lib/training/config";

/**
 * One random view of an image. Width and height scale independently, because the training originals' aspect ratio
 * tells the classes apart and must not; edges, sharpness, tone and markers vary for the same reason.
 * @param gray [size × size], 0 to 255
 * @returns [size × size], 0 to 255, a new array
 */
export function augment(gray: Uint8Array, size: number, options: Augmentation, random: Random): Float32Array {
  let image = warp(gray, size, options, random);
  if (random.next() < options.blurProbability) image = soften(image, size, random);
  tone(image, options, random);
  if (options.noise > 0) addNoise(image, options.noise * random.next(), random);
  if (random.next() < options.eraseProbability) erase(image, size, random);
  for (let i = 0; i < image.length; i++) image[i] = Math.min(255, Math.max(0, image[i] as number));
  return image;
}

const symmetric = (random: Random, extent: number) => (2 * random.next() - 1) * extent;

/** Flip, rotation, independent scaling and shift in one bilinear pass; outside is black or the nearest edge. */
function warp(gray: Uint8Array, size: number, options: Augmentation, random: Random): Float32Array {
  const mirror = options.flip && random.next() < 0.5 ? -1 : 1;
  const angle = (symmetric(random, options.rotationDegrees) * Math.PI) / 180;
  const scaleX = Math.exp(symmetric(random, Math.log(1 + options.scale)));
  const scaleY = Math.exp(symmetric(random, Math.log(1 + options.scale)));
  const shiftX = symmetric(random, options.translation) * size;
  const shiftY = symmetric(random, options.translation) * size;
  const clamp = random.next() < 0.5;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const centre = (size - 1) / 2;
  const warped = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dx = x - centre - shiftX;
      const dy = y - centre - shiftY;
      const sourceX = (mirror * (cos * dx + sin * dy)) / scaleX + centre;
      const sourceY = (cos * dy - sin * dx) / scaleY + centre;
      warped[y * size + x] = sample(gray, size, sourceX, sourceY, clamp);
    }
  }
  return warped;
}

function sample(gray: Uint8Array, size: number, x: number, y: number, clamp: boolean): number {
  const limit = size - 1;
  if (x < 0 || y < 0 || x > limit || y > limit) {
    if (!clamp) return 0;
    x = Math.min(limit, Math.max(0, x));
    y = Math.min(limit, Math.max(0, y));
  }
  const left = Math.min(limit - 1, Math.floor(x));
  const top = Math.min(limit - 1, Math.floor(y));
  const fx = x - left;
  const fy = y - top;
  const at = top * size + left;
  const upper = (gray[at] as number) * (1 - fx) + (gray[at + 1] as number) * fx;
  const lower = (gray[at + size] as number) * (1 - fx) + (gray[at + size + 1] as number) * fx;
  return upper * (1 - fy) + lower * fy;
}

/** Two box blurs of radius 1 to 3, or block averaging and back: other scanners' and scalers' sharpness. */
function soften(image: Float32Array, size: number, random: Random): Float32Array {
  if (random.next() < 0.5) {
    const strength = 0.2 + 0.8 * random.next();
    const radius = 1 + random.int(2);
    const blurred = boxBlur(boxBlur(image, size, radius), size, 1);
    return image.map((value, i) => value + strength * ((blurred[i] as number) - value));
  }
  return downAndUp(image, size, 1.3 + 2.2 * random.next());
}

function boxBlur(image: Float32Array, size: number, radius: number): Float32Array {
  const horizontal = new Float32Array(image.length);
  const vertical = new Float32Array(image.length);
  boxBlurLines(image, horizontal, size, radius, 1, size);
  boxBlurLines(horizontal, vertical, size, radius, size, 1);
  return vertical;
}

/** A running sum along lines; edges repeat. */
function boxBlurLines(from: Float32Array, to: Float32Array, size: number, radius: number, step: number, next: number) {
  const width = 2 * radius + 1;
  for (let line = 0; line < size; line++) {
    const start = line * next;
    const at = (i: number) => from[start + Math.min(size - 1, Math.max(0, i)) * step] as number;
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += at(i);
    for (let i = 0; i < size; i++) {
      to[start + i * step] = sum / width;
      sum += at(i + radius + 1) - at(i - radius);
    }
  }
}

/** Bilinear reduction by `factor` after a matching blur, and bilinear enlargement back. */
function downAndUp(image: Float32Array, size: number, factor: number): Float32Array {
  const small = Math.max(8, Math.round(size / factor));
  const smooth = factor > 2 ? boxBlur(image, size, 1) : image;
  return resample(resample(smooth, size, small), small, size);
}

function resample(image: Float32Array, from: number, to: number): Float32Array {
  const result = new Float32Array(to * to);
  const ratio = from / to;
  const limit = from - 1;
  for (let y = 0; y < to; y++) {
    const sy = Math.min(limit, Math.max(0, (y + 0.5) * ratio - 0.5));
    const top = Math.min(limit - 1, Math.floor(sy));
    const fy = sy - top;
    for (let x = 0; x < to; x++) {
      const sx = Math.min(limit, Math.max(0, (x + 0.5) * ratio - 0.5));
      const left = Math.min(limit - 1, Math.floor(sx));
      const fx = sx - left;
      const at = top * from + left;
      const upper = (image[at] as number) * (1 - fx) + (image[at + 1] as number) * fx;
      const lower = (image[at + from] as number) * (1 - fx) + (image[at + from + 1] as number) * fx;
      result[y * to + x] = upper * (1 - fy) + lower * fy;
    }
  }
  return result;
}

/** Gamma, contrast around the image's own mean, brightness, and rarely inversion, through one table. */
function tone(image: Float32Array, options: Augmentation, random: Random): void {
  const gamma = Math.exp(symmetric(random, options.gamma));
  const contrast = Math.exp(symmetric(random, Math.log(1 + options.contrast)));
  const brightness = symmetric(random, options.brightness) * 255;
  const invert = random.next() < options.invertProbability;
  let mean = 0;
  for (const value of image) mean += value / image.length;
  const pivot = 255 * (Math.max(mean, 1) / 255) ** gamma;
  const table = Float32Array.from({ length: 256 }, (_, level) => {
    const value = (255 * (level / 255) ** gamma - pivot) * contrast + pivot + brightness;
    return Math.min(255, Math.max(0, invert ? 255 - value : value));
  });
  for (let i = 0; i < image.length; i++) {
    const value = image[i] as number;
    const low = Math.min(254, Math.max(0, Math.floor(value)));
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

/** One to three rectangles, black, white or gray, most of them at the border where letters and collimators are. */
function erase(image: Float32Array, size: number, random: Random): void {
  const count = 1 + random.int(3);
  for (let n = 0; n < count; n++) {
    const atBorder = random.next() < 0.7;
    const width = Math.round(size * (0.05 + (atBorder ? 0.25 : 0.2) * random.next()));
    const height = Math.round(size * (0.05 + (atBorder ? 0.25 : 0.2) * random.next()));
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
}
