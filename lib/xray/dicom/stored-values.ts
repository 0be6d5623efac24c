import type { Samples } from "./decode-frame";
import type { PixelFormat } from "./pixel-format";

export type StoredValues =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

/**
 * Samples → the values they stand for: the bits from highBit down to highBit − bitsStored + 1, whatever else (old
 * overlays) shares the word, with their sign extended where they have one (PS3.5 8.1.1).
 * @returns the smallest type that holds every value; Float32 (24 bits of precision) for more than 16 bits
 */
export function storedValues(
  data: Samples["data"],
  { bitsStored, highBit, signed }: Pick<PixelFormat, "bitsStored" | "highBit" | "signed">,
): StoredValues {
  const dropLow = highBit - bitsStored + 1;
  const dropHigh = 32 - bitsStored;
  const value = signed
    ? (sample: number) => ((sample >>> dropLow) << dropHigh) >> dropHigh
    : (sample: number) => ((sample >>> dropLow) << dropHigh) >>> dropHigh;
  const asStored = !signed && dropLow === 0;
  if (asStored && data instanceof Uint8Array && bitsStored === 8) return data;
  if (asStored && data instanceof Uint16Array && bitsStored === 16) return data;
  const values = emptyFor(bitsStored, signed, data.length);
  for (let at = 0; at < data.length; at++) values[at] = value(data[at] as number);
  return values;
}

function emptyFor(bitsStored: number, signed: boolean, length: number): StoredValues {
  if (bitsStored > 16) return new Float32Array(length);
  if (signed) return new Int16Array(length);
  return bitsStored > 8 ? new Uint16Array(length) : new Uint8Array(length);
}
