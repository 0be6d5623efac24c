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
  const limit = size - 1;
  const warped = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const dy = y - centre - shiftY;
    const alongX = sin * dy;
    const alongY = cos * dy;
    for (let x = 0; x < size; x++) {
      const dx = x - centre - shiftX;
      let sourceX = (direction * (cos * dx + alongX)) / scaleX + centre;
      let sourceY = (alongY - sin * dx) / scaleY + centre;
      if (sourceX < 0 || sourceY < 0 || sourceX > limit || sourceY > limit) {
        if (!repeatEdge) continue;
        sourceX = Math.min(limit, Math.max(0, sourceX));
        sourceY = Math.min(limit, Math.max(0, sourceY));
      }
      // Inside the picture, so that truncation is the floor.
      const left = Math.min(limit - 1, sourceX | 0);
      const top = Math.min(limit - 1, sourceY | 0);
      const fx = sourceX - left;
      const fy = sourceY - top;
      const at = top * size + left;
      const upper = (gray[at] as number) * (1 - fx) + (gray[at + 1] as number) * fx;
      const lower = (gray[at + size] as number) * (1 - fx) + (gray[at + size + 1] as number) * fx;
      warped[y * size + x] = upper * (1 - fy) + lower * fy;
    }
  }
  return warped;
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
  const last = size - 1;
  for (let line = 0; line < size; line++) {
    const start = line * next;
    let sum = 0;
    for (let i = -radius; i <= radius; i++)
      sum += from[start + Math.min(last, Math.max(0, i)) * step] as number;
    for (let i = 0; i < size; i++) {
      to[start + i * step] = sum / width;
      const ahead = i + radius + 1;
      const behind = i - radius;
      const entering = from[start + (ahead > last ? last : ahead) * step] as number;
      sum += entering - (from[start + (behind < 0 ? 0 : behind) * step] as number);
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
