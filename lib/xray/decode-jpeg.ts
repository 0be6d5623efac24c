import { loadJpegCodec } from "./codecs";
import { applyOrientation } from "./exif-orientation";
import { corrupt, requireReasonableSize } from "./image-errors";
import { readJpegHeader } from "./jpeg-header";
import { luminance } from "./luminance";
import type { GrayImage } from "./types";

/**
 * Baseline and progressive 8-bit JPEG, gray or colour. libjpeg's warnings count as damage: it would otherwise
 * fill what it cannot read with gray.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE, and loadJpegCodec's
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<GrayImage> {
  const header = readJpegHeader(bytes);
  requireReasonableSize(header.width, header.height);
  const codec = await loadJpegCodec();
  const decoder = new codec.JPEGDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    runDecoder(() => decoder.decode());
    const { width, height, componentCount } = decoder.getFrameInfo();
    const levels = decoder.getDecodedBuffer();
    const data = componentCount === 1 ? new Float32Array(levels) : colourToGray(levels, width * height);
    return applyOrientation({ width, height, data }, header.orientation);
  } finally {
    decoder.delete();
  }
}

function runDecoder(decode: () => void): void {
  try {
    decode();
  } catch (cause) {
    throw corrupt("its JPEG data cannot be decoded to the end", cause);
  }
}

/** [n × 3] RGB → [n] */
function colourToGray(levels: Uint8Array, pixels: number): Float32Array {
  const data = new Float32Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * 3;
    data[pixel] = luminance(levels[at] as number, levels[at + 1] as number, levels[at + 2] as number);
  }
  return data;
}
