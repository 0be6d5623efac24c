import { corrupt, truncated } from "../image-errors";

/** What a codestream says of its own size, read before a decoder allocates anything for it. */
export interface CodestreamHeader {
  width: number;
  height: number;
  components: number;
  /** Of the largest component. */
  bits: number;
}

export interface JpegFrameHeader extends CodestreamHeader {
  /** The marker's second byte: C0 baseline, C1 extended, C2 progressive, C3 lossless, F7 JPEG-LS. */
  process: number;
  /** Whether a JFIF or Adobe segment comes before it, which tells decoders the colour space. */
  saysColour: boolean;
}

/**
 * Whether a lossless JPEG shifts its samples (a point transform) or restarts its coding, which the JavaScript decoder
 * does not or not always follow.
 */
export function isShiftedOrRestarted(bytes: Uint8Array): boolean {
  for (let at = 2; at + 4 <= bytes.length; ) {
    const code = bytes[at + 1] as number;
    const length = (bytes[at + 2] as number) * 256 + (bytes[at + 3] as number);
    if (bytes[at] !== 0xff || length < 2) return false;
    if (code === 0xdd) return true;
    // The scan header's last byte has the point transform in its low half.
    if (code === 0xda) return ((bytes[at + 1 + length] as number) & 15) !== 0;
    at += 2 + length;
  }
  return false;
}

const isFrame = (code: number) =>
  code === 0xf7 || (code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc);

/**
 * The frame header of a JPEG or JPEG-LS codestream (ITU-T T.81 B.2.2, T.87 C.2.2).
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT
 */
export function readJpegFrameHeader(bytes: Uint8Array): JpegFrameHeader {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw corrupt("its pixel data is no JPEG");
  let saysColour = false;
  for (let at = 2; ; ) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 4 > bytes.length) throw truncated("its JPEG data ends inside a header");
    if (bytes[at] !== 0xff) throw corrupt("a marker is missing in its JPEG data");
    const code = bytes[at + 1] as number;
    const length = (bytes[at + 2] as number) * 256 + (bytes[at + 3] as number);
    if (length < 2 || code === 0xda || code === 0xd9) throw corrupt("its JPEG data has no frame header");
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (segment.length < length - 2) throw truncated("its JPEG data ends inside a header");
    if (isFrame(code)) {
      const [bits = 0, heightHigh = 0, heightLow = 0, widthHigh = 0, widthLow = 0, components = 0] = segment;
      const height = heightHigh * 256 + heightLow;
      return { process: code, bits, height, width: widthHigh * 256 + widthLow, components, saysColour };
    }
    saysColour ||= code === 0xe0 || code === 0xee;
    at += 2 + length;
  }
}

/**
 * The SIZ segment of a JPEG 2000 or HTJ2K codestream, bare or in a JP2 file (ITU-T T.800 A.5.1).
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT
 */
export function readJpeg2000Header(bytes: Uint8Array): CodestreamHeader & { tiles: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = codestreamStart(bytes);
  if (at + 42 > bytes.length) throw truncated("its JPEG 2000 data ends inside its header");
  const [right, bottom, left, top, tileWidth, tileHeight, tileLeft, tileTop] = Array.from(
    { length: 8 },
    (_, n) => view.getUint32(at + 8 + n * 4),
  ) as [number, number, number, number, number, number, number, number];
  const components = view.getUint16(at + 40);
  if (tileWidth === 0 || tileHeight === 0 || tileLeft > left || tileTop > top)
    throw corrupt("its JPEG 2000 tiles");
  const tiles = Math.ceil((right - tileLeft) / tileWidth) * Math.ceil((bottom - tileTop) / tileHeight);
  const header = { width: right - left, height: bottom - top, components, bits: 0, tiles };
  if (tiles > 65_535) throw corrupt(`its JPEG 2000 data has ${tiles} tiles; 65,535 is the most`);
  if (components === 0 || components > 4) throw corrupt(`its JPEG 2000 data has ${components} components`);
  if (at + 42 + components * 3 > bytes.length) throw truncated("its JPEG 2000 data ends inside its header");
  for (let n = 0; n < components; n++) {
    header.bits = Math.max(header.bits, ((bytes[at + 42 + n * 3] as number) & 127) + 1);
    const [, across, down] = bytes.subarray(at + 42 + n * 3);
    if (across !== 1 || down !== 1) throw corrupt("its JPEG 2000 components have different sizes");
  }
  return header;
}

/**
 * Walks the tile-parts of a JPEG 2000 or HTJ2K codestream by their lengths (ITU-T T.800 A.4.2). Decoders fill what is
 * missing with gray and say nothing.
 * @throws IMAGE_TRUNCATED where a tile-part or a tile is missing, IMAGE_CORRUPT
 */
export function requireWholeTiles(bytes: Uint8Array, tiles: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seen = new Set<number>();
  let at = firstTilePart(bytes, view);
  while (at + 12 <= bytes.length && view.getUint16(at) === startOfTilePart) {
    const tile = view.getUint16(at + 4);
    const length = view.getUint32(at + 6);
    if (tile >= tiles || (length !== 0 && length < 14))
      throw corrupt("its JPEG 2000 data has a tile out of place");
    seen.add(tile);
    // Zero stands for all that follows.
    at = length === 0 ? bytes.length : at + length;
    if (at > bytes.length) throw truncated("its JPEG 2000 data ends inside a tile");
  }
  if (seen.size < tiles) throw truncated(`its JPEG 2000 data has ${seen.size} of ${tiles} tiles`);
}

const startOfTilePart = 0xff90;

function firstTilePart(bytes: Uint8Array, view: DataView): number {
  for (let at = codestreamStart(bytes) + 2; at + 4 <= bytes.length; ) {
    const marker = view.getUint16(at);
    if (marker === startOfTilePart) return at;
    const length = view.getUint16(at + 2);
    if (marker < 0xff00 || length < 2) throw corrupt("a marker is missing in its JPEG 2000 data");
    at += 2 + length;
  }
  throw truncated("its JPEG 2000 data ends inside its header");
}

/** Where FF 4F FF 51 is: at the start, or in the jp2c box of a JP2 file. */
function codestreamStart(bytes: Uint8Array): number {
  const mostBoxes = 4096;
  const at = bytes[0] === 0xff ? 0 : bytes.subarray(0, mostBoxes).findIndex((_, n) => isStart(bytes, n));
  if (at < 0 || !isStart(bytes, at)) throw corrupt("its pixel data is no JPEG 2000");
  return at;
}

function isStart(bytes: Uint8Array, at: number): boolean {
  return [0xff, 0x4f, 0xff, 0x51].every((byte, n) => bytes[at + n] === byte);
}
