import { corrupt, truncated, unsupported } from "./image-errors";

export interface BmpHeader {
  width: number;
  height: number;
  /** Rows are stored from the bottom unless the header's height is negative. */
  topDown: boolean;
  bitsPerPixel: 1 | 2 | 4 | 8 | 16 | 24 | 32;
  coding: "plain" | "rle4" | "rle8";
  /** Of 16 and 32 bits: which bits are red, green, blue and alpha; alpha is 0 where there is none. */
  masks: [number, number, number, number];
  /** [colours × 3] red, green, blue of 1, 2, 4 and 8 bits. */
  palette: Uint8Array;
  /** Where the pixels begin. */
  pixelOffset: number;
}

const codings = ["plain", "rle8", "rle4", "masks", "JPEG", "PNG", "masks"] as const;

/**
 * Reads the headers of Windows and OS/2 (12 to 124 bytes), masks and palette.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26) throw truncated("the BMP ends inside its header");
  const headerBytes = view.getUint32(14, true);
  if (headerBytes !== 12 && (headerBytes < 40 || headerBytes > 124))
    throw corrupt(`a BMP whose header says it has ${headerBytes} bytes`);
  if (bytes.length < 14 + headerBytes) throw truncated("the BMP ends inside its header");
  const old = headerBytes === 12;
  const statedHeight = old ? view.getUint16(20, true) : view.getInt32(22, true);
  const bitsPerPixel = requireBits(view.getUint16(old ? 24 : 28, true));
  const { coding, masked } = codingOf(old ? 0 : view.getUint32(30, true), bitsPerPixel);
  // Masks follow the shortest header, and lie within longer ones.
  const maskCount = masked && headerBytes === 40 ? (view.getUint32(30, true) === 6 ? 4 : 3) : 0;
  const paletteAt = 14 + headerBytes + maskCount * 4;
  const pixelOffset = view.getUint32(10, true);
  const colours = bitsPerPixel > 8 ? 0 : old ? 2 ** bitsPerPixel : statedColours(view, bitsPerPixel);
  return {
    width: old ? view.getUint16(18, true) : view.getInt32(18, true),
    height: Math.abs(statedHeight),
    topDown: statedHeight < 0,
    bitsPerPixel,
    coding,
    masks: masked ? readMasks(view, headerBytes, maskCount) : defaultMasks(bitsPerPixel),
    palette: readPalette(bytes, paletteAt, Math.max(pixelOffset, paletteAt), colours, old ? 3 : 4),
    pixelOffset: Math.max(pixelOffset, paletteAt),
  };
}

function requireBits(bits: number): BmpHeader["bitsPerPixel"] {
  if (bits === 1 || bits === 2 || bits === 4 || bits === 8 || bits === 16 || bits === 24 || bits === 32)
    return bits;
  throw unsupported(`a BMP with ${bits} bits per pixel`);
}

function codingOf(compression: number, bits: number): { coding: BmpHeader["coding"]; masked: boolean } {
  const coding = codings[compression];
  if (coding === undefined || coding === "JPEG" || coding === "PNG")
    throw unsupported(`a BMP compressed by ${coding ?? `method ${compression}`}; save it uncompressed`);
  if (coding === "masks") {
    if (bits !== 16 && bits !== 32) throw corrupt(`a BMP with colour masks and ${bits} bits per pixel`);
    return { coding: "plain", masked: true };
  }
  if (coding !== "plain" && coding !== `rle${bits}`)
    throw corrupt(`a run-length coded BMP with ${bits} bits per pixel`);
  return { coding, masked: false };
}

function statedColours(view: DataView, bits: number): number {
  const stated = view.getUint32(46, true);
  return stated === 0 ? 2 ** bits : Math.min(stated, 2 ** bits);
}

function defaultMasks(bits: number): BmpHeader["masks"] {
  return bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0x00ff00, 0x0000ff, 0];
}

function readMasks(view: DataView, headerBytes: number, maskCount: number): BmpHeader["masks"] {
  const hasAlpha = maskCount === 4 || headerBytes >= 56;
  if (54 + (hasAlpha ? 16 : 12) > view.byteLength) throw truncated("the BMP ends inside its colour masks");
  const mask = (index: number) => view.getUint32(54 + index * 4, true);
  return [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0];
}

function readPalette(bytes: Uint8Array, at: number, end: number, colours: number, entryBytes: number) {
  const room = Math.floor((end - at) / entryBytes);
  const count = Math.min(colours, room);
  if (at + count * entryBytes > bytes.length) throw truncated("the BMP ends inside its palette");
  const palette = new Uint8Array(count * 3);
  for (let colour = 0; colour < count; colour++) {
    const [blue = 0, green = 0, red = 0] = bytes.subarray(at + colour * entryBytes);
    palette.set([red, green, blue], colour * 3);
  }
  return palette;
}
