import type { DataSet } from "dicom-parser";
import { corrupt } from "../image-errors";
import { bytesOf, wordsOf } from "./attributes";

/** A LUT of the modality, VOI or palette modules (PS3.3 C.11.1.1.1). */
export interface LookupTable {
  firstValue: number;
  bits: number;
  entries: Uint16Array<ArrayBuffer>;
}

/**
 * @param signedInput whether the values that are looked up can be negative, which decides what the descriptor's
 * second number means
 * @returns undefined where there is none
 * @throws IMAGE_CORRUPT where it has fewer entries than its descriptor says
 */
export function readLookupTable(
  set: DataSet,
  descriptorTag: string,
  dataTag: string,
  signedInput: boolean,
): LookupTable | undefined {
  const [declared, first, bits] = wordsOf(set, descriptorTag);
  const data = bytesOf(set, dataTag);
  if (declared === undefined || first === undefined || bits === undefined || !data) return undefined;
  const count = declared === 0 ? 65_536 : declared;
  const asBytes = data.length < count * 2;
  const words = asBytes ? data : wordsOf(set, dataTag);
  if (words.length < count) throw corrupt(`a lookup table has ${words.length} of ${count} entries`);
  if (bits < 1 || bits > 16) throw corrupt(`a lookup table has entries of ${bits} bits`);
  return {
    firstValue: signedInput && first > 32_767 ? first - 65_536 : first,
    bits: asBytes ? Math.min(8, bits) : bits,
    entries: Uint16Array.from(words.slice(0, count)),
  };
}

/** The entry of a value; those before the first and after the last take the first and last. */
export function lookUp({ firstValue, entries }: LookupTable, value: number): number {
  return entries[Math.min(entries.length - 1, Math.max(0, value - firstValue))] as number;
}
