import { deflateRaw } from "pako";
import { joinBytes } from "@/lib/join-bytes";

/** A value of one attribute: text for string types, numbers for binary ones, bytes as they are, items for SQ. */
export type DicomValue = string | number[] | Uint8Array | DicomElement[][];

/** Tag as 8 hexadecimal digits, value representation, value. */
export type DicomElement = readonly [tag: string, vr: string, value: DicomValue];

export interface Fragments {
  /** Frames, each in one or more fragments. */
  frames: Uint8Array[][];
  /** "basic" writes the table, "empty" leaves it out, "extended" writes (7FE0,0001) and (7FE0,0002). */
  offsets: "basic" | "empty" | "extended";
}

export interface DicomFileParts {
  syntax: string;
  elements: readonly DicomElement[];
  /** Native pixel data in the byte order of the file, or fragments. */
  pixels?: { vr: "OB" | "OW"; bytes: Uint8Array } | Fragments;
  /** What is left out of the start of the file. */
  without?: "preamble" | "meta";
}

const implicit = "1.2.840.10008.1.2";
const bigEndianSyntax = "1.2.840.10008.1.2.2";
const deflatedSyntax = "1.2.840.10008.1.2.1.99";
const longLengths = new Set(["OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UC", "UN", "UR", "UT", "SV", "UV"]);
const binarySizes: Record<string, number> = { US: 2, SS: 2, OW: 2, UL: 4, SL: 4, FL: 4, FD: 8, AT: 2 };

/** A DICOM file for tests, whose pixel data may be coded in any way. */
export function writeDicom({ syntax, elements, pixels, without }: DicomFileParts): Uint8Array {
  const encoding = { implicit: syntax === implicit, big: syntax === bigEndianSyntax };
  const sorted = [...elements].sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = sorted.map((element) => writeElement(element, encoding));
  if (pixels) parts.push(...("vr" in pixels ? [writeNative(pixels, encoding)] : writeFragments(pixels)));
  const body = joinBytes(parts);
  const data = syntax === deflatedSyntax ? padded(deflateRaw(body)) : body;
  if (without === "meta") return data;
  const meta = writeMeta(syntax);
  return joinBytes(without === "preamble" ? [meta, data] : [new Uint8Array(128), ascii("DICM"), meta, data]);
}

function writeMeta(syntax: string): Uint8Array {
  const explicit = { implicit: false, big: false };
  const rest = joinBytes([
    writeElement(["00020001", "OB", Uint8Array.of(0, 1)], explicit),
    writeElement(["00020002", "UI", "1.2.840.10008.5.1.4.1.1.1.1"], explicit),
    writeElement(["00020003", "UI", "1.2.3.4"], explicit),
    writeElement(["00020010", "UI", syntax], explicit),
    writeElement(["00020012", "UI", "1.2.3"], explicit),
  ]);
  return joinBytes([writeElement(["00020000", "UL", [rest.length]], explicit), rest]);
}

interface Encoding {
  implicit: boolean;
  big: boolean;
}

function writeElement([tag, vr, value]: DicomElement, encoding: Encoding): Uint8Array {
  const bytes = padded(valueBytes(vr, value, encoding), vr === "UI" || vr === "OB" ? 0 : 0x20);
  return joinBytes([header(tag, vr, bytes.length, encoding), bytes]);
}

function header(tag: string, vr: string, length: number, { implicit, big }: Encoding): Uint8Array {
  const long = implicit ? 8 : longLengths.has(vr) ? 12 : 8;
  const view = new DataView(new ArrayBuffer(long));
  view.setUint16(0, Number.parseInt(tag.slice(0, 4), 16), !big);
  view.setUint16(2, Number.parseInt(tag.slice(4), 16), !big);
  if (implicit) {
    view.setUint32(4, length, true);
    return new Uint8Array(view.buffer);
  }
  view.setUint8(4, vr.charCodeAt(0));
  view.setUint8(5, vr.charCodeAt(1));
  if (long === 12) view.setUint32(8, length, !big);
  else view.setUint16(6, length, !big);
  return new Uint8Array(view.buffer);
}

function valueBytes(vr: string, value: DicomValue, encoding: Encoding): Uint8Array {
  if (typeof value === "string") return ascii(value);
  if (value instanceof Uint8Array) return value;
  if (vr === "SQ") return joinBytes((value as DicomElement[][]).map((item) => writeItem(item, encoding)));
  const numbers = value as number[];
  const size = binarySizes[vr] ?? 1;
  const view = new DataView(new ArrayBuffer(numbers.length * size));
  for (const [n, number] of numbers.entries()) writeNumber(view, n * size, vr, size, number, !encoding.big);
  return new Uint8Array(view.buffer);
}

function writeNumber(
  view: DataView,
  at: number,
  vr: string,
  size: number,
  value: number,
  little: boolean,
): void {
  if (vr === "FD") view.setFloat64(at, value, little);
  else if (vr === "FL") view.setFloat32(at, value, little);
  else if (size === 4) view.setUint32(at, value >>> 0, little);
  else if (size === 2) view.setUint16(at, value & 0xffff, little);
  else view.setUint8(at, value & 0xff);
}

function writeItem(elements: DicomElement[], encoding: Encoding): Uint8Array {
  const body = joinBytes(elements.map((element) => writeElement(element, encoding)));
  return joinBytes([item("e000", body.length, encoding.big), body]);
}

function item(tag: "e000" | "e0dd", length: number, big = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint16(0, 0xfffe, !big);
  view.setUint16(2, Number.parseInt(tag, 16), !big);
  view.setUint32(4, length, !big);
  return new Uint8Array(view.buffer);
}

function writeNative({ vr, bytes }: { vr: string; bytes: Uint8Array }, encoding: Encoding): Uint8Array {
  const data = padded(bytes);
  return joinBytes([header("7fe00010", vr, data.length, encoding), data]);
}

function writeFragments({ frames, offsets }: Fragments): Uint8Array[] {
  const explicit = { implicit: false, big: false };
  const starts: number[] = [];
  const sizes: number[] = [];
  let at = 0;
  const items = frames.flatMap((fragments) => {
    starts.push(at);
    const whole = fragments.map((fragment) => padded(fragment));
    sizes.push(fragments.reduce((sum, fragment) => sum + fragment.length, 0));
    at += whole.reduce((sum, fragment) => sum + fragment.length + 8, 0);
    return whole.flatMap((fragment) => [item("e000", fragment.length), fragment]);
  });
  const table = offsets === "basic" ? joinBytes(starts.map((start) => uint(start, 4))) : new Uint8Array(0);
  const extended =
    offsets === "extended"
      ? [
          writeElement(["7fe00001", "OV", joinBytes(starts.map((start) => uint(start, 8)))], explicit),
          writeElement(["7fe00002", "OV", joinBytes(sizes.map((size) => uint(size, 8)))], explicit),
        ]
      : [];
  return [
    ...extended,
    header("7fe00010", "OB", 0xffffffff, explicit),
    item("e000", table.length),
    table,
    ...items,
    item("e0dd", 0),
  ];
}

function uint(value: number, size: 4 | 8): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}

function padded(bytes: Uint8Array, padding = 0): Uint8Array {
  return bytes.length % 2 === 0 ? bytes : joinBytes([bytes, Uint8Array.of(padding)]);
}

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
