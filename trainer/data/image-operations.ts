/** Where each pixel of a warped image comes from; angles and shifts move the picture, scales enlarge it. */
export interface Warp {
  mirror?: boolean;
  angleDegrees?: number;
  scaleX?: number;
  scaleY?: number;
  /** Pixels to the right. */
  shiftX?: number;
  /** Pixels down. */
  shiftY?: number;
  /** Outside the picture: its nearest edge, else black. */
  repeatEdge?: boolean;
}

/**
 * Flip, rotation, scaling and shift around the centre in one bilinear pass.
 * @param gray [size × size]
 */
export function warp(gray: ArrayLike<number>, size: number, options: Warp): Float32Array {
  const {
    mirror = false,
    angleDegrees = 0,
    scaleX = 1,
    scaleY = 1,
    shiftX = 0,
    shiftY = 0,
    repeatEdge = false,
  } = options;
  const direction = mirror ? -1 : 1;
  const cos = Math.cos((angleDegrees * Math.PI) / 180);
  const sin = Math.sin((angleDegrees * Math.PI) / 180);
  const centre = (size - 1) / 2;
  const warped = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dx = x - centre - shiftX;
      const dy = y - centre - shiftY;
      const sourceX = (direction * (cos * dx + sin * dy)) / scaleX + centre;
      const sourceY = (cos * dy - sin * dx) / scaleY + centre;
      warped[y * size + x] = sample(gray, size, sourceX, sourceY, repeatEdge);
    }
  }
  return warped;
}

function sample(gray: ArrayLike<number>, size: number, x: number, y: number, repeatEdge: boolean): number {
  const limit = size - 1;
  if (x < 0 || y < 0 || x > limit || y > limit) {
    if (!repeatEdge) return 0;
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

/** The mean over a square of 2·radius + 1 pixels a side; edges repeat. */
export function boxBlur(image: Float32Array, size: number, radius: number): Float32Array {
  const horizontal = new Float32Array(image.length);
  const vertical = new Float32Array(image.length);
  boxBlurLines(image, horizontal, size, radius, 1, size);
  boxBlurLines(horizontal, vertical, size, radius, size, 1);
  return vertical;
}

/** A running sum along lines; edges repeat. */
function boxBlurLines(
  from: Float32Array,
  to: Float32Array,
  size: number,
  radius: number,
  step: number,
  next: number,
) {
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
export function downAndUp(image: Float32Array, size: number, factor: number): Float32Array {
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
