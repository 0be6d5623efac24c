import { averageBlocks } from "./perceptual-hash";

const size = 56;

/**
 * What is left of an image at 56 × 56 when the mean of each 3 × 3 neighbourhood is taken away, with mean 0 and
 * length 1: ribs, vessels, markers, not the shape that all chests share.
 * @param gray [side × side], side a multiple of 56
 * @returns [54 × 54]; zeros for an image without detail
 */
export function localDetail(gray: Uint8Array, side: number): Float32Array {
  const small = averageBlocks(gray, side, size);
  const detail = withoutLocalMean(small, size);
  let mean = 0;
  for (const value of detail) mean += value / detail.length;
  let squares = 0;
  for (const value of detail) squares += (value - mean) ** 2;
  // Rounding leaves a flat image with differences of about 1e-13.
  const length = squares > 1e-6 ? Math.sqrt(squares) : Number.POSITIVE_INFINITY;
  return Float32Array.from(detail, (value) => (value - mean) / length);
}

/**
 * Each level less the mean of its 3 × 3 neighbourhood.
 * @param levels [side × side]
 * @returns [(side − 2)²]
 */
export function withoutLocalMean(levels: Uint8Array | Float64Array, side: number): Float64Array {
  const inner = side - 2;
  const detail = new Float64Array(inner * inner);
  const columns = new Float64Array(side);
  for (let row = 1; row <= inner; row++) {
    const at = row * side;
    for (let x = 0; x < side; x++)
      columns[x] = (levels[at - side + x] ?? 0) + (levels[at + x] ?? 0) + (levels[at + side + x] ?? 0);
    for (let x = 1; x <= inner; x++) {
      const sum = (columns[x - 1] ?? 0) + (columns[x] ?? 0) + (columns[x + 1] ?? 0);
      detail[(row - 1) * inner + x - 1] = (levels[at + x] ?? 0) - sum / 9;
    }
  }
  return detail;
}

/** Pearson's correlation of two local details, −1 to 1; 0 where one has none. */
export function detailCorrelation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
