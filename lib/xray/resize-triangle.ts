import type { GrayImage } from "./types";

// Pillow's fixed point: 32 bits less 8 for the pixel and 2 for headroom.
const precision = 2 ** 22;

/** For each output position: where its inputs start, and their fixed-point weights. */
interface Taps {
  starts: Int32Array;
  counts: Int32Array;
  /** [outputs × most], row-major */
  weights: Int32Array;
  most: number;
}

/**
 * Antialiased resize with a triangle filter: Pillow's `Image.resize(…, Image.BILINEAR)` for 8-bit images.
 * The filter's support is one output pixel, at least one input pixel, so it grows with the downscale.
 * Horizontal pass, then vertical pass, each with 22-bit fixed-point weights and rounded to 8 bits, as in
 * Pillow's src/libImaging/Resample.c: equal to it bit by bit where the source holds whole gray levels.
 * A pass that changes nothing is skipped, so the same size returns the same levels.
 * @param image [height × width], levels 0 to 255
 * @returns whole levels 0 to 255
 */
export function resizeTriangle(image: GrayImage, width: number, height: number): GrayImage {
  const wide = width === image.width ? image : resizeRows(image, width);
  return height === wide.height ? wide : resizeColumns(wide, height);
}

function resizeRows(image: GrayImage, width: number): GrayImage {
  const { starts, counts, weights, most } = triangleTaps(image.width, width);
  const data = new Float32Array(width * image.height);
  const source = image.data;
  for (let y = 0; y < image.height; y++) {
    const row = y * image.width;
    for (let x = 0; x < width; x++) {
      const first = row + (starts[x] as number);
      const count = counts[x] as number;
      const tap = x * most;
      let sum = precision / 2;
      for (let k = 0; k < count; k++) sum += (source[first + k] as number) * (weights[tap + k] as number);
      data[y * width + x] = toLevel(sum);
    }
  }
  return { width, height: image.height, data };
}

function resizeColumns(image: GrayImage, height: number): GrayImage {
  const { starts, counts, weights, most } = triangleTaps(image.height, height);
  const { width, data: source } = image;
  const data = new Float32Array(width * height);
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(precision / 2);
    const count = counts[y] as number;
    for (let k = 0; k < count; k++) {
      const weight = weights[y * most + k] as number;
      const row = ((starts[y] as number) + k) * width;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + (source[row + x] as number) * weight;
    }
    for (let x = 0; x < width; x++) data[y * width + x] = toLevel(sums[x] as number);
  }
  return { width, height, data };
}

function toLevel(sum: number): number {
  const level = Math.floor(sum / precision);
  return level < 0 ? 0 : level > 255 ? 255 : level;
}

function triangleTaps(inputs: number, outputs: number): Taps {
  const scale = inputs / outputs;
  const support = Math.max(scale, 1);
  const most = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputs);
  const counts = new Int32Array(outputs);
  const weights = new Int32Array(outputs * most);
  const exact = new Float64Array(most);
  for (let output = 0; output < outputs; output++) {
    const centre = (output + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(inputs, Math.trunc(centre + support + 0.5)) - start;
    let total = 0;
    for (let k = 0; k < count; k++) {
      const weight = Math.max(0, 1 - Math.abs((k + start - centre + 0.5) / support));
      exact[k] = weight;
      total += weight;
    }
    for (let k = 0; k < count; k++) {
      weights[output * most + k] = Math.trunc(0.5 + ((exact[k] as number) / total) * precision);
    }
    starts[output] = start;
    counts[output] = count;
  }
  return { starts, counts, weights, most };
}
