import { joinBytes } from "@/lib/join-bytes";
import { type Orientation, readOrientation } from "./exif-orientation";
import { corrupt, truncated } from "./image-errors";

export interface PngChunks {
  width: number;
  height: number;
  bitDepth: number;
  channels: number;
  interlaced: boolean;
  orientation: Orientation;
  /** The concatenated IDAT data: one zlib stream. */
  compressed: Uint8Array<ArrayBuffer>;
  /** The same picture with the chunks that decide its pixels and no others (no profiles, no text). */
  essential: Uint8Array<ArrayBuffer>;
}

export const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channelsOfColourType: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const kept = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

/** The header's width and height, whatever follows. @throws IMAGE_TRUNCATED, IMAGE_CORRUPT */
export function readPngSize(bytes: Uint8Array): { width: number; height: number } {
  if (bytes.length < 33) throw truncated("the PNG ends inside its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (nameAt(bytes, 12) !== "IHDR" || view.getUint32(8) !== 13) throw corrupt("a PNG without a header");
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/**
 * Walks a PNG's chunks to its end chunk, inflating nothing.
 * @throws IMAGE_TRUNCATED where the end chunk is missing, IMAGE_CORRUPT where the chunks make no sense
 */
export function readPngChunks(bytes: Uint8Array): PngChunks {
  const { width, height } = readPngSize(bytes);
  const bitDepth = bytes[24] as number;
  const channels = channelsOfColourType[bytes[25] as number];
  if (channels === undefined) throw corrupt(`a PNG of unknown colour type ${bytes[25]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const essential: Uint8Array[] = [bytes.subarray(0, 8)];
  const compressed: Uint8Array[] = [];
  let orientation: Orientation = 1;
  let name = "";
  for (let at = 8; name !== "IEND"; ) {
    if (at + 12 > bytes.length) throw truncated("the end chunk of the PNG is missing");
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) throw truncated("the PNG ends inside a chunk");
    name = nameAt(bytes, at + 4);
    const payload = bytes.subarray(at + 8, at + 8 + length);
    if (name === "IHDR" && at !== 8) throw corrupt("a PNG with two headers");
    if (name === "eXIf") orientation = readOrientation(payload);
    if (name === "IDAT") compressed.push(payload);
    if (kept.has(name)) essential.push(bytes.subarray(at, end));
    at = end;
  }
  return {
    width,
    height,
    bitDepth,
    channels,
    interlaced: bytes[28] === 1,
    orientation,
    compressed: joinBytes(compressed),
    essential: joinBytes(essential),
  };
}

function nameAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** Adam7's passes: first column, first row, column step, row step. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** How many bytes the zlib stream must hold: every row has a filter byte and its packed samples. */
export function inflatedSizeBytes(png: PngChunks): number {
  const rows = (width: number, height: number) =>
    width === 0 ? 0 : height * (1 + Math.ceil((width * png.channels * png.bitDepth) / 8));
  if (!png.interlaced) return rows(png.width, png.height);
  return adam7.reduce(
    (sum, [x, y, dx, dy]) => sum + rows(Math.ceil((png.width - x) / dx), Math.ceil((png.height - y) / dy)),
    0,
  );
}
