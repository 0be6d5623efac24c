import { unsupported } from "./image-errors";
import type { TiffPage } from "./tiff-directory";

export type TiffSamples =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

/** What holds a page's samples. @throws IMAGE_UNSUPPORTED */
export function createSamples(
  { bitsPerSample: bits, sampleFormat }: Pick<TiffPage, "bitsPerSample" | "sampleFormat">,
  length: number,
): TiffSamples {
  if (sampleFormat === "unsigned" && bits <= 8) return new Uint8Array(length);
  if (sampleFormat === "unsigned" && bits <= 16) return new Uint16Array(length);
  if (sampleFormat === "signed" && (bits === 8 || bits === 16)) return new Int16Array(length);
  if (bits === 32 || (bits === 64 && sampleFormat === "float")) return new Float32Array(length);
  throw unsupported(`a TIFF with ${bits}-bit ${sampleFormat} samples; save it with 8 or 16 bits`);
}

/** @returns bytes of one row of a block, padded to a whole one */
export function rowBytesOf(page: TiffPage, samplesPerRow: number): number {
  return Math.ceil((samplesPerRow * page.bitsPerSample) / 8);
}

/**
 * A block's bytes → its samples [rows × samplesPerRow], differences undone.
 * @param step samples between a sample and the one it is the difference to
 * @throws IMAGE_UNSUPPORTED
 */
export function unpackSamples(
  page: TiffPage,
  bytes: Uint8Array,
  rows: number,
  samplesPerRow: number,
  step: number,
): TiffSamples {
  const samples =
    page.bitsPerSample === 8 && page.sampleFormat === "unsigned"
      ? Uint8Array.from(bytes.subarray(0, rows * samplesPerRow))
      : readSamples(page, bytes, rows, samplesPerRow);
  if (page.predictor !== 1) undoDifferences(page, samples, samplesPerRow, step);
  return samples;
}

function readSamples(page: TiffPage, bytes: Uint8Array, rows: number, samplesPerRow: number): TiffSamples {
  const samples = createSamples(page, rows * samplesPerRow);
  const read = sampleReader(page, bytes);
  const rowBits = rowBytesOf(page, samplesPerRow) * 8;
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < samplesPerRow; at++)
      samples[row * samplesPerRow + at] = read(row * rowBits + at * page.bitsPerSample);
  return samples;
}

/** @returns reads the sample that begins at a bit */
function sampleReader(page: TiffPage, bytes: Uint8Array): (bit: number) => number {
  const { bitsPerSample: bits, sampleFormat, littleEndian } = page;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (sampleFormat === "float") {
    const float = bits === 64 ? view.getFloat64.bind(view) : view.getFloat32.bind(view);
    return (bit) => {
      const value = float(bit / 8, littleEndian);
      return Number.isFinite(value) ? value : 0;
    };
  }
  const signed = sampleFormat === "signed";
  if (bits === 8) return (bit) => (signed ? view.getInt8(bit / 8) : view.getUint8(bit / 8));
  if (bits === 16)
    return (bit) => (signed ? view.getInt16(bit / 8, littleEndian) : view.getUint16(bit / 8, littleEndian));
  if (bits === 32)
    return (bit) => (signed ? view.getInt32(bit / 8, littleEndian) : view.getUint32(bit / 8, littleEndian));
  // Other sizes are packed from the high bit, whatever the order of bytes.
  const mask = 2 ** bits - 1;
  return (bit) => {
    const at = bit >> 3;
    const window = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    return (window >> (24 - (bit & 7) - bits)) & mask;
  };
}

/** Each sample was stored as its difference to the one before (TIFF 6.0, section 14); sums wrap around. */
function undoDifferences(page: TiffPage, samples: TiffSamples, samplesPerRow: number, step: number): void {
  const { predictor, bitsPerSample } = page;
  if (predictor !== 2 || samples instanceof Float32Array || (bitsPerSample !== 8 && bitsPerSample !== 16))
    throw unsupported(`a TIFF with predictor ${predictor} and ${bitsPerSample} bits; save it uncompressed`);
  const narrow = samples instanceof Int16Array && bitsPerSample === 8;
  for (let row = 0; row < samples.length; row += samplesPerRow) {
    for (let at = row + step; at < row + samplesPerRow; at++) {
      const sum = (samples[at] as number) + (samples[at - step] as number);
      samples[at] = narrow ? (sum << 24) >> 24 : sum;
    }
  }
}
