import type { Radiograph } from "@/lib/xray/radiograph";

export type Values = Radiograph["values"];

export interface Level {
  width: number;
  height: number;
  /** [height × width] */
  values: Values;
}

const smallestSide = 64;

/** The image, and again and again at half its size, each value the mean of the four it covers. */
export function buildPyramid(image: Level): Level[] {
  const levels = [image];
  for (let level = image; Math.min(level.width, level.height) >= 2 * smallestSide; ) {
    level = halve(level);
    levels.push(level);
  }
  return levels;
}

function halve({ width, height, values }: Level): Level {
  const halfWidth = Math.ceil(width / 2);
  const halfHeight = Math.ceil(height / 2);
  const half = emptyLike(values, halfWidth * halfHeight);
  const isWhole = !(values instanceof Float32Array);
  for (let row = 0; row < halfHeight; row++) {
    const upper = 2 * row * width;
    const lower = Math.min(2 * row + 1, height - 1) * width;
    for (let column = 0; column < halfWidth; column++) {
      const left = 2 * column;
      const right = Math.min(left + 1, width - 1);
      const sum =
        (values[upper + left] as number) +
        (values[upper + right] as number) +
        (values[lower + left] as number) +
        (values[lower + right] as number);
      half[row * halfWidth + column] = isWhole ? Math.round(sum / 4) : sum / 4;
    }
  }
  return { width: halfWidth, height: halfHeight, values: half };
}

function emptyLike(values: Values, length: number): Values {
  if (values instanceof Uint8Array) return new Uint8Array(length);
  if (values instanceof Uint16Array) return new Uint16Array(length);
  if (values instanceof Int16Array) return new Int16Array(length);
  return new Float32Array(length);
}
