import type { DataSet, Element } from "dicom-parser";
import { corrupt, truncated } from "../image-errors";

/** An attribute's bytes, or undefined where it is absent or empty. @throws IMAGE_TRUNCATED */
export function bytesOf(set: DataSet, tag: string): Uint8Array | undefined {
  const element = set.elements[tag];
  if (!element || element.length === 0) return undefined;
  return elementBytes(set, element);
}

/** @throws IMAGE_TRUNCATED where it reaches past the end of the file */
export function elementBytes(set: DataSet, element: Element): Uint8Array {
  if (element.hadUndefinedLength) throw corrupt(`${named(element.tag)} has no length`);
  const end = element.dataOffset + element.length;
  if (end > set.byteArray.length) {
    throw truncated(
      `${named(element.tag)} has ${Math.max(0, set.byteArray.length - element.dataOffset)} of ${element.length} bytes`,
    );
  }
  return set.byteArray.subarray(element.dataOffset, end);
}

/** "x00280010" → "(0028,0010)" */
export function named(tag: string): string {
  return `(${tag.slice(1, 5)},${tag.slice(5)})`.toUpperCase();
}

const ascii = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

/** Longer ones are no codes, numbers or names. */
const longestText = 65_536;

/** The values of a text attribute without their padding; empty ones stay, so that positions are kept. */
export function textsOf(set: DataSet, tag: string, decode: (bytes: Uint8Array) => string = ascii): string[] {
  const bytes = bytesOf(set, tag);
  if (!bytes || bytes.length > longestText) return [];
  return decode(bytes)
    .split("\\")
    .map((value) => value.replace(/^[ \0]+|[ \0]+$/g, ""));
}

/** The first value, or null where there is none. */
export function textOf(set: DataSet, tag: string, decode?: (bytes: Uint8Array) => string): string | null {
  return textsOf(set, tag, decode)[0] || null;
}

/** Decimal and integer strings; what is not a number becomes NaN. */
export function numbersOf(set: DataSet, tag: string): number[] {
  return textsOf(set, tag).map((text) => (text === "" ? Number.NaN : Number(text)));
}

/** 16-bit values in the byte order of the file, as many as there are. */
export function wordsOf(set: DataSet, tag: string, signed = false): number[] {
  const bytes = bytesOf(set, tag);
  if (!bytes) return [];
  const { readInt16, readUint16 } = set.byteArrayParser;
  const read = signed ? readInt16 : readUint16;
  return Array.from({ length: bytes.length >> 1 }, (_, n) => read(bytes, n * 2));
}

/** One unsigned 16-bit value. */
export function wordOf(set: DataSet, tag: string): number | undefined {
  return wordsOf(set, tag)[0];
}

/** The items of a sequence. */
export function itemsOf(set: DataSet, tag: string): DataSet[] {
  return (set.elements[tag]?.items ?? []).flatMap((item) => (item.dataSet ? [item.dataSet] : []));
}
