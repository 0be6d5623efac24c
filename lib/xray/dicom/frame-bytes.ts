import type { DataSet } from "dicom-parser";
import { joinBytes } from "@/lib/join-bytes";
import { corrupt, requireFrame, truncated } from "../image-errors";
import { bytesOf, elementBytes } from "./attributes";
import { withoutImage } from "./dicom-errors";
import { type DicomFile, pixelData } from "./open-dicom";
import type { PixelFormat } from "./pixel-format";

/** Bits of one frame of native pixel data, which frames of one-bit samples share bytes by. */
function frameBits(format: PixelFormat): number {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometric } = format;
  const samples = photometric === "YBR_FULL_422" ? 2 : samplesPerPixel;
  return rows * columns * samples * bitsAllocated;
}

/**
 * One frame of native pixel data.
 * @returns a view of its bytes, and the first bit that counts in the first of them
 * @throws IMAGE_TRUNCATED where there is less pixel data than all frames need, IMAGE_FRAME_NOT_FOUND
 */
export function nativeFrame(
  file: DicomFile,
  format: PixelFormat,
  frame: number,
): { bytes: Uint8Array; firstBit: number } {
  requireFrame(frame, format.frameCount);
  const element = pixelElement(file.dataSet);
  if (element.hadUndefinedLength) throw corrupt("its uncompressed pixel data has no length");
  const all = elementBytes(file.dataSet, element);
  const bits = frameBits(format);
  const needed = Math.ceil((bits * format.frameCount) / 8);
  if (all.length < needed) {
    throw truncated(`${all.length} of ${needed} bytes of pixel data for ${framesOf(format)}`);
  }
  const start = bits * frame;
  return {
    bytes: all.subarray(Math.floor(start / 8), Math.ceil((start + bits) / 8)),
    firstBit: start % 8,
  };
}

/**
 * One frame of encapsulated pixel data (PS3.5 A.4), its fragments put together: by the basic or the extended offset
 * table, else one fragment a frame, else by where a codestream begins.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_FRAME_NOT_FOUND
 */
export function encapsulatedFrame(file: DicomFile, format: PixelFormat, frame: number): Uint8Array {
  requireFrame(frame, format.frameCount);
  const { fragments, table } = readFragments(file.dataSet);
  if (fragments.length < format.frameCount) {
    throw truncated(`${fragments.length} fragments of pixel data for ${framesOf(format)}`);
  }
  const firsts = firstFragments(file, format, fragments, table);
  const own = fragments.slice(firsts[frame], firsts[frame + 1]).map(({ bytes }) => bytes);
  return own.length === 1 ? (own[0] as Uint8Array) : joinBytes(own);
}

const framesOf = ({ frameCount, columns, rows }: PixelFormat) =>
  `${frameCount} frame${frameCount === 1 ? "" : "s"} of ${columns} × ${rows}`;

function pixelElement(set: DataSet) {
  const element = set.elements[pixelData];
  if (!element || element.length === 0) throw withoutImage("it has no pixel data");
  return element;
}

interface Fragment {
  /** From the first byte after the basic offset table. */
  offset: number;
  bytes: Uint8Array;
}

const itemTag = 0xe000;
const delimiterTag = 0xe0dd;

function readFragments(set: DataSet): { fragments: Fragment[]; table: number[] } {
  const element = pixelElement(set);
  if (!element.hadUndefinedLength) throw corrupt("its compressed pixel data is not in fragments");
  const bytes = set.byteArray as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fragments: Fragment[] = [];
  let table: Uint8Array | undefined;
  let start = 0;
  for (let at = element.dataOffset; at < bytes.length; ) {
    if (at + 8 > bytes.length) throw truncated("its pixel data ends inside a fragment's header");
    const tag = view.getUint16(at, true) === 0xfffe ? view.getUint16(at + 2, true) : 0;
    if (tag === delimiterTag) break;
    if (tag !== itemTag) throw corrupt(`no fragment begins at byte ${at} of its pixel data`);
    const from = at + 8;
    at = from + view.getUint32(at + 4, true);
    if (at > bytes.length) throw truncated("its pixel data ends inside a fragment");
    if (table === undefined) {
      table = bytes.subarray(from, at);
      start = at;
    } else {
      fragments.push({ offset: from - 8 - start, bytes: bytes.subarray(from, at) });
    }
  }
  return { fragments, table: readOffsets(table) };
}

function readOffsets(table: Uint8Array | undefined): number[] {
  if (!table) return [];
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  return Array.from({ length: table.length >> 2 }, (_, n) => view.getUint32(n * 4, true));
}

/** 64-bit offsets, which no file that is read here exceeds 2^53 with. */
function readExtendedOffsets(set: DataSet): number[] {
  const table = bytesOf(set, "x7fe00001");
  if (!table) return [];
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  return Array.from({ length: table.length >> 3 }, (_, n) => Number(view.getBigUint64(n * 8, true)));
}

/** For each frame the index of its first fragment, and the number of fragments last. */
function firstFragments(
  { dataSet, syntax }: DicomFile,
  { frameCount }: PixelFormat,
  fragments: Fragment[],
  table: number[],
): number[] {
  const end = fragments.length;
  if (frameCount === 1) return [0, end];
  const places = new Map(fragments.map(({ offset }, index) => [offset, index]));
  for (const offsets of [readExtendedOffsets(dataSet), table]) {
    const firsts = offsets.map((offset) => places.get(offset) ?? -1);
    const rising = firsts.every((first, n) => first > (n === 0 ? -1 : (firsts[n - 1] as number)));
    if (firsts.length === frameCount && firsts[0] === 0 && rising) return [...firsts, end];
  }
  if (end === frameCount) return fragments.map((_, index) => index).concat(end);
  const begins = fragments.flatMap(({ bytes }, index) => (beginsCodestream(bytes) ? [index] : []));
  if (syntax.coding !== "rle" && begins.length === frameCount && begins[0] === 0) return [...begins, end];
  throw corrupt(`its ${end} fragments cannot be told apart into ${frameCount} frames`);
}

/** JPEG and JPEG-LS start with FF D8, JPEG 2000 with FF 4F FF 51. */
function beginsCodestream(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0xff && (bytes[1] === 0xd8 || (bytes[1] === 0x4f && bytes[2] === 0xff && bytes[3] === 0x51))
  );
}
