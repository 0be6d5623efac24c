import { corrupt, truncated, unsupported } from "./image-errors";

/** One page, as its directory describes it (TIFF 6.0). */
export interface TiffPage {
  width: number;
  height: number;
  littleEndian: boolean;
  bitsPerSample: number;
  samplesPerPixel: number;
  sampleFormat: "unsigned" | "signed" | "float";
  photometric: number;
  compression: number;
  predictor: number;
  /** Each sample has blocks of its own. */
  planar: boolean;
  orientation: number;
  /** 0 unspecified, 1 premultiplied alpha, 2 alpha; undefined where no sample is extra. */
  extraSample: number | undefined;
  /** [3 × 2^bits], 0 to 65,535 (of some writers 0 to 255). */
  colourMap: number[];
  /** Strips are blocks as wide as the page. */
  blockWidth: number;
  blockHeight: number;
  tiled: boolean;
  blockOffsets: number[];
  /** Shorter than the offsets, or empty, where the file leaves them out. */
  blockBytes: number[];
  jpegTables: Uint8Array;
}

const tag = {
  subfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planar: 284,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
} as const;

/** Bytes of the field types 1 to 13; the others are passed over. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const reducedOrMask = 0b101;
const mostPages = 10_000;
/** More than a page of 64 megapixels in tiles of 16 × 16. */
const mostBlocks = 300_000;

interface Directory {
  offset: number;
  next: number;
  /** Tag → where its values are. */
  fields: Map<number, { type: number; count: number; at: number }>;
}

/**
 * The pages of a TIFF, without thumbnails and masks.
 * @param wanted zero-based; only this one's blocks are listed
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED
 */
export function readTiffPage(
  bytes: Uint8Array,
  wanted: number,
): { page: TiffPage | undefined; pageCount: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw truncated("the TIFF ends inside its header");
  const littleEndian = view.getUint16(0) === 0x4949;
  const version = view.getUint16(2, littleEndian);
  if (version === 43) throw unsupported("a BigTIFF; save it as an ordinary TIFF");
  if (version !== 42) throw corrupt("a TIFF without its mark");
  const pages = listDirectories(view, littleEndian).filter(
    (directory) => !(number(view, directory, tag.subfileType, littleEndian, 0) & reducedOrMask),
  );
  if (pages.length === 0) throw corrupt("a TIFF without a page");
  const directory = pages[wanted];
  return { page: directory && describePage(view, directory, littleEndian), pageCount: pages.length };
}

function listDirectories(view: DataView, littleEndian: boolean): Directory[] {
  const directories: Directory[] = [];
  const seen = new Set<number>();
  for (let at = view.getUint32(4, littleEndian); at !== 0; ) {
    if (seen.has(at)) throw corrupt("a TIFF whose pages go round in a circle");
    if (seen.size >= mostPages) throw corrupt(`a TIFF with more than ${mostPages} pages`);
    seen.add(at);
    const directory = readDirectory(view, at, littleEndian);
    directories.push(directory);
    at = directory.next;
  }
  return directories;
}

function readDirectory(view: DataView, offset: number, littleEndian: boolean): Directory {
  if (offset + 2 > view.byteLength) throw truncated("a page of the TIFF lies beyond the end of the file");
  const count = view.getUint16(offset, littleEndian);
  const end = offset + 2 + count * 12;
  if (end + 4 > view.byteLength) throw truncated("the TIFF ends inside a page's directory");
  const fields: Directory["fields"] = new Map();
  for (let at = offset + 2; at < end; at += 12) {
    const type = view.getUint16(at + 2, littleEndian);
    const values = view.getUint32(at + 4, littleEndian);
    const bytes = (typeBytes[type] ?? 0) * values;
    const valuesAt = bytes <= 4 ? at + 8 : view.getUint32(at + 8, littleEndian);
    fields.set(view.getUint16(at, littleEndian), { type, count: values, at: valuesAt });
  }
  return { offset, next: view.getUint32(end, littleEndian), fields };
}

function describePage(view: DataView, directory: Directory, littleEndian: boolean): TiffPage {
  const one = (name: number, otherwise: number) => number(view, directory, name, littleEndian, otherwise);
  const many = (name: number, most: number) => numbers(view, directory, name, littleEndian, most);
  const width = one(tag.width, 0);
  const height = one(tag.height, 0);
  const samplesPerPixel = one(tag.samplesPerPixel, 1);
  const tiled = directory.fields.has(tag.tileOffsets);
  const blockWidth = tiled ? one(tag.tileWidth, 0) : width;
  const blockHeight = tiled ? one(tag.tileHeight, 0) : Math.min(height, one(tag.rowsPerStrip, height));
  const planar = one(tag.planar, 1) === 2;
  const blocks =
    Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight) * (planar ? samplesPerPixel : 1);
  if (!(width > 0 && height > 0)) throw corrupt(`its header says ${width} × ${height} pixels`);
  if (!(blocks <= mostBlocks)) throw corrupt("a TIFF cut into blocks of an implausible size");
  if (one(tag.fillOrder, 1) !== 1) throw unsupported("a TIFF with reversed bits; save it anew");
  return {
    width,
    height,
    littleEndian,
    bitsPerSample: sameForAll(many(tag.bitsPerSample, samplesPerPixel), 1),
    samplesPerPixel,
    sampleFormat: sampleFormatOf(sameForAll(many(tag.sampleFormat, samplesPerPixel), 1)),
    photometric: one(tag.photometric, -1),
    compression: one(tag.compression, 1),
    predictor: one(tag.predictor, 1),
    planar,
    orientation: one(tag.orientation, 1),
    extraSample: many(tag.extraSamples, 1)[0],
    colourMap: many(tag.colourMap, 3 * 65_536),
    blockWidth,
    blockHeight,
    tiled,
    blockOffsets: requireCount(many(tiled ? tag.tileOffsets : tag.stripOffsets, blocks), blocks),
    blockBytes: many(tiled ? tag.tileBytes : tag.stripBytes, blocks),
    jpegTables: rawBytes(view, directory, tag.jpegTables),
  };
}

function sameForAll(values: number[], otherwise: number): number {
  const [first = otherwise] = values;
  if (values.some((value) => value !== first))
    throw unsupported("a TIFF whose channels have different numbers of bits; save it with the same for all");
  return first;
}

function sampleFormatOf(value: number): TiffPage["sampleFormat"] {
  if (value === 1 || value === 4) return "unsigned";
  if (value === 2) return "signed";
  if (value === 3) return "float";
  throw unsupported(`a TIFF with samples of kind ${value}`);
}

function requireCount(offsets: number[], needed: number): number[] {
  if (offsets.length < needed) throw corrupt(`a TIFF that lists ${offsets.length} of ${needed} blocks`);
  return offsets;
}

function number(
  view: DataView,
  from: Directory,
  name: number,
  littleEndian: boolean,
  otherwise: number,
): number {
  return numbers(view, from, name, littleEndian, 1)[0] ?? otherwise;
}

/** At most so many of a field's whole numbers; none where it is absent or of another type. */
function numbers(
  view: DataView,
  from: Directory,
  name: number,
  littleEndian: boolean,
  most: number,
): number[] {
  const field = from.fields.get(name);
  if (!field || (field.type !== 1 && field.type !== 3 && field.type !== 4 && field.type !== 13)) return [];
  const size = typeBytes[field.type] as number;
  const count = Math.min(field.count, most);
  if (field.at + count * size > view.byteLength) throw truncated(`the TIFF ends inside its field ${name}`);
  return Array.from({ length: count }, (_, index) => {
    const at = field.at + index * size;
    if (size === 1) return view.getUint8(at);
    return size === 2 ? view.getUint16(at, littleEndian) : view.getUint32(at, littleEndian);
  });
}

function rawBytes(view: DataView, from: Directory, name: number): Uint8Array {
  const field = from.fields.get(name);
  if (!field || (field.type !== 1 && field.type !== 7)) return new Uint8Array(0);
  if (field.at + field.count > view.byteLength) throw truncated(`the TIFF ends inside its field ${name}`);
  return new Uint8Array(view.buffer, view.byteOffset + field.at, field.count);
}
