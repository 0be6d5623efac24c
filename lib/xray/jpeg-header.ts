import { type Orientation, readOrientation } from "./exif-orientation";
import { corrupt, truncated, unsupported } from "./image-errors";

export interface JpegHeader {
  width: number;
  height: number;
  components: number;
  orientation: Orientation;
}

const startOfScan = 0xda;
const endOfImage = 0xd9;
const application1 = 0xe1;

/**
 * Reads a JPEG's frame header and walks to its end marker, decoding nothing.
 * @throws IMAGE_TRUNCATED where the end marker is missing, IMAGE_UNSUPPORTED for a coding process or a number
 * of components that is not decoded, IMAGE_CORRUPT where the markers make no sense
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let header: JpegHeader | undefined;
  let orientation: Orientation = 1;
  let scans = 0;
  let at = 2;
  while (true) {
    const marker = nextMarker(bytes, at, scans > 0);
    at = marker.after;
    if (marker.code === endOfImage) break;
    const segment = segmentAt(bytes, at);
    if (isFrame(marker.code)) {
      if (header) throw corrupt("a JPEG with two frame headers");
      header = readFrame(marker.code, segment);
    } else if (marker.code === application1) {
      const exif = exifBlock(segment);
      if (exif) orientation = readOrientation(exif);
    } else if (marker.code === startOfScan) {
      scans++;
    }
    at += segment.length + 2;
  }
  if (!header) throw corrupt("a JPEG without a frame header");
  if (scans === 0) throw truncated("a JPEG without image data");
  return { ...header, orientation };
}

/** The next marker; within scans, coded data, stuffed bytes and restart markers are passed over. */
function nextMarker(bytes: Uint8Array, from: number, inScan: boolean): { code: number; after: number } {
  for (let at = from; at + 1 < bytes.length; at++) {
    const code = bytes[at + 1] as number;
    if (bytes[at] !== 0xff) {
      if (inScan) continue;
      throw corrupt(`a JPEG marker is missing at byte ${at}`);
    }
    if (code === 0xff) continue;
    if (inScan && (code === 0 || (code >= 0xd0 && code <= 0xd7))) continue;
    return { code, after: at + 2 };
  }
  throw truncated("the end marker of the JPEG is missing");
}

/** A segment's payload, without its two length bytes. */
function segmentAt(bytes: Uint8Array, at: number): Uint8Array {
  if (at + 2 > bytes.length) throw truncated("the JPEG ends inside a header");
  const length = (bytes[at] as number) * 256 + (bytes[at + 1] as number);
  if (length < 2) throw corrupt(`a JPEG segment of length ${length}`);
  if (at + length > bytes.length) throw truncated("the JPEG ends inside a header");
  return bytes.subarray(at + 2, at + length);
}

/** SOF0 to SOF15, which share their range with DHT (C4), JPG (C8) and DAC (CC). */
function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

function readFrame(code: number, segment: Uint8Array): JpegHeader {
  if (code > 0xc2) throw unsupported("a lossless, hierarchical or arithmetic-coded JPEG");
  if (segment.length < 6) throw corrupt("a JPEG frame header that is too short");
  const [precision = 0, heightHigh = 0, heightLow = 0, widthHigh = 0, widthLow = 0, components = 0] = segment;
  if (precision !== 8) throw unsupported(`a JPEG with ${precision} bits per sample; export it with 8`);
  if (components === 4) throw unsupported("a CMYK JPEG; export it as grayscale or RGB");
  if (components !== 1 && components !== 3) throw unsupported(`a JPEG with ${components} components`);
  return {
    width: widthHigh * 256 + widthLow,
    height: heightHigh * 256 + heightLow,
    components,
    orientation: 1,
  };
}

function exifBlock(segment: Uint8Array): Uint8Array | undefined {
  const isExif = [0x45, 0x78, 0x69, 0x66, 0, 0].every((byte, index) => segment[index] === byte);
  return isExif ? segment.subarray(6) : undefined;
}
