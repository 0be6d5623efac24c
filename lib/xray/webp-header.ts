import { type Orientation, readOrientation } from "./exif-orientation";
import { corrupt, truncated, unsupported } from "./image-errors";

export interface WebpHeader {
  width: number;
  height: number;
  orientation: Orientation;
}

const animationFlag = 0x02;

/**
 * Walks a WebP's chunks and reads its size, decoding nothing (RFC 9649).
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, and IMAGE_UNSUPPORTED for an animation
 */
export function readWebpHeader(bytes: Uint8Array): WebpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20) throw truncated("the WebP ends inside its header");
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length) throw truncated(`the WebP has ${bytes.length} of ${end} bytes`);
  let size: { width: number; height: number } | undefined;
  let orientation: Orientation = 1;
  for (let at = 12; at + 8 <= end; ) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const payload = bytes.subarray(at + 8, at + 8 + view.getUint32(at + 4, true));
    if (at + 8 + view.getUint32(at + 4, true) > end) throw truncated("the WebP ends inside a chunk");
    if (name === "VP8X" && payload.length > 0 && (payload[0] as number) & animationFlag)
      throw unsupported("an animated WebP; export one picture of it");
    if (name === "EXIF") orientation = readOrientation(withoutMark(payload));
    if (name === "VP8 ") size ??= lossySize(payload);
    if (name === "VP8L") size ??= losslessSize(payload);
    at += 8 + payload.length + (payload.length % 2);
  }
  if (!size) throw corrupt("a WebP without a picture");
  return { ...size, orientation };
}

/** Some writers put JPEG's mark before the block. */
function withoutMark(exif: Uint8Array): Uint8Array {
  const marked = [0x45, 0x78, 0x69, 0x66, 0, 0].every((byte, index) => exif[index] === byte);
  return marked ? exif.subarray(6) : exif;
}

/** A VP8 key frame: three bytes of tag, a start code, then 14 bits for each side (RFC 6386, 9.1). */
function lossySize(payload: Uint8Array): { width: number; height: number } {
  const [tag = 1, , , a, b, c, w0 = 0, w1 = 0, h0 = 0, h1 = 0] = payload;
  if (payload.length < 10 || tag & 1 || a !== 0x9d || b !== 0x01 || c !== 0x2a)
    throw corrupt("a WebP whose picture does not begin with a key frame");
  return { width: (w0 | (w1 << 8)) & 0x3fff, height: (h0 | (h1 << 8)) & 0x3fff };
}

/** A signature byte, then 14 bits for each side less one. */
function losslessSize(payload: Uint8Array): { width: number; height: number } {
  const [signature, a = 0, b = 0, c = 0, d = 0] = payload;
  if (payload.length < 5 || signature !== 0x2f) throw corrupt("a lossless WebP without its signature");
  const bits = a | (b << 8) | (c << 16) | (d << 24);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
