import { loadJpegCodec } from "./codecs";
import { ColourMeter } from "./colour-meter";
import { applyOrientation } from "./exif-orientation";
import { corrupt, requireReasonableSize } from "./image-errors";
import { type JpegHeader, readJpegHeader } from "./jpeg-header";
import { luminance } from "./luminance";
import { pictureToRadiograph } from "./picture-to-radiograph";
import type { Radiograph } from "./radiograph";

/**
 * Baseline and progressive 8-bit JPEG, gray or colour. libjpeg's warnings count as damage: it would otherwise
 * fill what it cannot read with gray.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE, and loadJpegCodec's
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<Radiograph> {
  const { width, height, components, orientation, data: samples } = await decodeJpegSamples(bytes);
  const { data, colour } =
    components === 1 ? { data: samples, colour: 0 } : colourToGray(samples, width * height);
  return pictureToRadiograph("JPEG", applyOrientation({ width, height, data }, orientation), colour);
}

/**
 * The same without becoming gray or upright.
 * @returns `data` is [height × width × components], gray or RGB
 */
export async function decodeJpegSamples(
  bytes: Uint8Array,
): Promise<JpegHeader & { data: Uint8Array<ArrayBuffer> }> {
  const header = readJpegHeader(bytes);
  requireReasonableSize(header.width, header.height);
  const codec = await loadJpegCodec();
  const decoder = new codec.JPEGDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    runDecoder(() => decoder.decode());
    const { width, height, componentCount: components } = decoder.getFrameInfo();
    return {
      width,
      height,
      components,
      orientation: header.orientation,
      data: Uint8Array.from(decoder.getDecodedBuffer()),
    };
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
function colourToGray(levels: Uint8Array, pixels: number): { data: Uint8Array<ArrayBuffer>; colour: number } {
  const data = new Uint8Array(pixels);
  const meter = new ColourMeter();
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * 3;
    const red = levels[at] as number;
    const green = levels[at + 1] as number;
    const blue = levels[at + 2] as number;
    data[pixel] = luminance(red, green, blue);
    meter.add(red, green, blue);
  }
  return { data, colour: meter.mean(pixels) };
}
