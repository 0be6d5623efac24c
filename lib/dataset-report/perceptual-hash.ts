/** Bits of a hash. */
export const hashBits = 256;
const words = hashBits / 32;
const thumbSize = 32;
const frequencies = 16;

/** cos((2x + 1)uπ / 64), [17, 32] */
const cosines = Float64Array.from({ length: (frequencies + 1) * thumbSize }, (_, at) => {
  const u = Math.floor(at / thumbSize);
  const x = at % thumbSize;
  return Math.cos(((2 * x + 1) * u * Math.PI) / (2 * thumbSize));
});

/**
 * The DCT hash of Zauner, «Implementation and Benchmarking of Perceptual Image Hash Functions», 2010, with 16 × 16
 * frequencies where that has 8 × 8: chest radiographs look alike, and 64 bits do not tell patients apart. The image is
 * averaged to 32 × 32; a bit says whether a coefficient of frequencies 1 to 16 in both directions is above their median.
 * Adding to all levels or scaling them changes no bit but by rounding and clipping.
 * @param gray [side × side] levels 0 to 255, the model's input; side is a multiple of 32
 * @returns 64 lower-case hex digits
 */
export function perceptualHash(gray: Uint8Array, side: number): string {
  const spectrum = lowFrequencies(averageBlocks(gray, side, thumbSize));
  const sorted = Float64Array.from(spectrum).sort();
  const median = ((sorted[hashBits / 2 - 1] ?? 0) + (sorted[hashBits / 2] ?? 0)) / 2;
  let hex = "";
  for (let at = 0; at < hashBits; at += 4) {
    let digit = 0;
    for (let bit = 0; bit < 4; bit++) digit = 2 * digit + ((spectrum[at + bit] ?? 0) > median ? 1 : 0);
    hex += digit.toString(16);
  }
  return hex;
}

/** Means of square blocks. @returns [size × size] */
export function averageBlocks(gray: Uint8Array, side: number, size: number): Float64Array {
  const block = side / size;
  if (!Number.isInteger(block)) throw new RangeError(`${side} is no multiple of ${size}`);
  const sums = new Float64Array(size * size);
  for (let row = 0; row < side; row++) {
    const into = Math.floor(row / block) * size;
    for (let column = 0; column < size; column++) {
      let sum = 0;
      const from = row * side + column * block;
      for (let at = from; at < from + block; at++) sum += gray[at] ?? 0;
      sums[into + column] = (sums[into + column] ?? 0) + sum / (block * block);
    }
  }
  return sums;
}

/** DCT-II coefficients of frequencies 1 to 16 in both directions, row-major. [256] */
function lowFrequencies(thumb: Float64Array): Float64Array {
  const rows = new Float64Array(thumbSize * frequencies);
  for (let y = 0; y < thumbSize; y++) {
    for (let u = 1; u <= frequencies; u++) {
      let sum = 0;
      for (let x = 0; x < thumbSize; x++)
        sum += (thumb[y * thumbSize + x] ?? 0) * (cosines[u * thumbSize + x] ?? 0);
      rows[y * frequencies + u - 1] = sum;
    }
  }
  const spectrum = new Float64Array(hashBits);
  for (let v = 1; v <= frequencies; v++) {
    for (let u = 0; u < frequencies; u++) {
      let sum = 0;
      for (let y = 0; y < thumbSize; y++)
        sum += (rows[y * frequencies + u] ?? 0) * (cosines[v * thumbSize + y] ?? 0);
      spectrum[(v - 1) * frequencies + u] = sum;
    }
  }
  return spectrum;
}

/** Hashes side by side, 8 words each, for nearPairs. */
export function packHashes(hashes: readonly string[]): Uint32Array {
  const packed = new Uint32Array(hashes.length * words);
  for (const [index, hash] of hashes.entries()) {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new RangeError(`“${hash}” is no perceptual hash`);
    for (let word = 0; word < words; word++)
      packed[index * words + word] = Number.parseInt(hash.slice(8 * word, 8 * word + 8), 16);
  }
  return packed;
}

export interface HashPair {
  /** Positions in the packed hashes, first < second. */
  first: number;
  second: number;
  /** Differing bits, 0 to 256. */
  distance: number;
}

/**
 * All pairs within a Hamming distance, by comparing every two: 13.7 million pairs in well under a second.
 * @param from only pairs whose first is within [from, to), so that a caller can pause in between
 */
export function nearPairs(
  packed: Uint32Array,
  radius: number,
  from = 0,
  to = packed.length / words,
): HashPair[] {
  const found: HashPair[] = [];
  const count = packed.length / words;
  for (let first = from; first < to; first++) {
    for (let second = first + 1; second < count; second++) {
      let distance = 0;
      for (let word = 0; word < words && distance <= radius; word++)
        distance += bitCount((packed[first * words + word] ?? 0) ^ (packed[second * words + word] ?? 0));
      if (distance <= radius) found.push({ first, second, distance });
    }
  }
  return found;
}

/** Differing bits of two hashes, 0 to 256. */
export function hashDistance(a: string, b: string): number {
  return nearPairs(packHashes([a, b]), hashBits)[0]?.distance ?? 0;
}

function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
