import { Inflate } from "pako";
import { corrupt, truncated, unsupported } from "./image-errors";

/** What each number of the compression field means, for those that are read and those that are named. */
const names: Record<number, string> = {
  2: "CCITT",
  3: "CCITT fax",
  4: "CCITT fax",
  6: "old JPEG",
  34887: "LERC",
  34925: "LZMA",
  50000: "Zstandard",
  50001: "WebP",
  50002: "JPEG XL",
};

/**
 * One strip or tile, none of whose bytes is trusted: no more comes out than belongs there.
 * @returns exactly `expected` bytes
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED
 */
export function decompressBlock(block: Uint8Array, compression: number, expected: number): Uint8Array {
  switch (compression) {
    case 1:
      if (block.length < expected) throw short(block.length, expected);
      return block.subarray(0, expected);
    case 5:
      return expandLzw(block, expected);
    case 8:
    case 32_946:
      return inflateBlock(block, expected);
    case 32_773:
      return expandPackBits(block, expected);
    default:
      throw unsupported(
        `a TIFF compressed by ${names[compression] ?? `method ${compression}`}; save it uncompressed`,
      );
  }
}

function short(have: number, expected: number) {
  return truncated(`a block of the TIFF has ${have} of ${expected} bytes`);
}

function inflateBlock(block: Uint8Array, expected: number): Uint8Array {
  const output = new Uint8Array(expected);
  let filled = 0;
  const inflate = new Inflate({ chunkSize: Math.min(65_536, expected) });
  // Writers may pad what they compress: what follows the block's end is left out, and not inflated either.
  inflate.onData = (chunk) => {
    output.set(chunk.subarray(0, expected - filled), filled);
    filled = Math.min(expected, filled + chunk.length);
    if (filled === expected) throw new Enough();
  };
  try {
    inflate.push(block, true);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  if (filled === expected) return output;
  if (inflate.err) throw corrupt(`a block of the TIFF cannot be inflated (${inflate.msg || inflate.err})`);
  throw short(filled, expected);
}

/** Ends an inflation from inside. */
class Enough extends Error {}

/** Runs as of the Macintosh (TIFF 6.0, section 9). */
function expandPackBits(block: Uint8Array, expected: number): Uint8Array {
  const output = new Uint8Array(expected);
  let filled = 0;
  for (let at = 0; filled < expected; ) {
    if (at >= block.length) throw short(filled, expected);
    const count = ((block[at++] as number) << 24) >> 24;
    if (count === -128) continue;
    if (count < 0) {
      output.fill(block[at++] ?? 0, filled, filled + 1 - count);
      filled += 1 - count;
    } else {
      const literal = block.subarray(at, Math.min(at + count + 1, at + expected - filled));
      output.set(literal, filled);
      filled += count + 1;
      at += count + 1;
      if (at > block.length) throw short(Math.min(filled, expected), expected);
    }
  }
  return output;
}

const clearCode = 256;
const endCode = 257;
const firstFree = 258;

/**
 * LZW with codes of 9 to 12 bits from the high bit on, one code longer a step early (TIFF 6.0, section 13). A
 * string is kept as its last byte and the code of the rest.
 */
function expandLzw(block: Uint8Array, expected: number): Uint8Array {
  const output = new Uint8Array(expected);
  const prefix = new Uint16Array(4096);
  const suffix = Uint8Array.from({ length: 4096 }, (_, code) => code & 255);
  const lengths = new Uint16Array(4096).fill(1);
  let next = firstFree;
  let width = 9;
  let previous = -1;
  let filled = 0;
  for (let bit = 0; filled < expected; ) {
    if (bit + width > block.length * 8) throw short(filled, expected);
    const code = readCode(block, bit, width);
    bit += width;
    if (code === endCode) throw short(filled, expected);
    if (code === clearCode) {
      next = firstFree;
      width = 9;
      previous = -1;
      continue;
    }
    if (code > next || (code === next && previous < 0) || (previous < 0 && code > 255))
      throw corrupt(`a block of the TIFF has the LZW code ${code} before its string`);
    // A code that is just being defined stands for the string before it and that string's first byte.
    const isNew = code === next;
    const source = isNew ? previous : code;
    const length = lengths[source] as number;
    let at = filled + length - 1;
    for (let from = source, n = 0; n < length; n++, at--) {
      if (at < expected) output[at] = suffix[from] as number;
      from = prefix[from] as number;
    }
    const first = output[filled] as number;
    if (isNew && filled + length < expected) output[filled + length] = first;
    filled += length + (isNew ? 1 : 0);
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous;
      suffix[next] = first;
      lengths[next] = (lengths[previous] as number) + 1;
      next++;
      if (next >= 2 ** width - 1 && width < 12) width++;
    }
    previous = code;
  }
  return output;
}

function readCode(block: Uint8Array, bit: number, width: number): number {
  const at = bit >> 3;
  const window = ((block[at] as number) << 16) | ((block[at + 1] ?? 0) << 8) | (block[at + 2] ?? 0);
  return (window >> (24 - (bit & 7) - width)) & (2 ** width - 1);
}
