import { type DecodedPng, decode } from "fast-png";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { ColourMeter } from "./colour-meter";
import { applyOrientation } from "./exif-orientation";
import { corrupt, requireReasonableSize, truncated, unsupported } from "./image-errors";
import { exactLuminance, luminance } from "./luminance";
import { pictureToRadiograph } from "./picture-to-radiograph";
import { inflatedSizeBytes, type PngChunks, readPngChunks, readPngSize } from "./png-chunks";
import type { Radiograph } from "./radiograph";

/**
 * PNG of every colour type and bit depth, interlaced from 8 bits on. Transparency is laid over black, the colour around a radiograph.
 * Colour profiles and gamma are ignored, as in Pillow.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE
 */
export async function decodePng(bytes: Uint8Array): Promise<Radiograph> {
  const size = readPngSize(bytes);
  requireReasonableSize(size.width, size.height);
  const chunks = readPngChunks(bytes);
  if (chunks.interlaced && chunks.bitDepth < 8) {
    // fast-png 8.0.0 reads these wrongly.
    throw unsupported(
      `an interlaced PNG with ${chunks.bitDepth} bits per sample; save it without interlacing`,
    );
  }
  await requireWholeStream(chunks);
  const png = decodeWithLibrary(chunks);
  const { width, height } = png;
  const { data, colour } = toGray(png);
  return pictureToRadiograph("PNG", applyOrientation({ width, height, data }, chunks.orientation), colour);
}

/**
 * Inflates once, only counting: fast-png fills missing rows with black and inflates without a bound.
 */
async function requireWholeStream(chunks: PngChunks): Promise<void> {
  const expected = inflatedSizeBytes(chunks);
  const reader = new Blob([chunks.compressed])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"))
    .getReader();
  let inflated = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      inflated += part.value.byteLength;
      if (inflated > expected) throw corrupt("its PNG data is longer than its header says");
    }
  } catch (cause) {
    await reader.cancel().catch(() => undefined);
    if (cause instanceof PneumoscopeError) throw cause;
    throw corrupt(`its PNG data cannot be decompressed (${describeError(cause)})`, cause);
  }
  if (inflated < expected) throw truncated(`its PNG data has ${inflated} of ${expected} bytes`);
}

function decodeWithLibrary(chunks: PngChunks): DecodedPng {
  try {
    return decode(chunks.essential, { checkCrc: true });
  } catch (cause) {
    throw corrupt(`a PNG that cannot be decoded (${describeError(cause)})`, cause);
  }
}

interface Picture {
  /** 0 to 255, or 0 to 65,535 where they are whole numbers of 16 bits. */
  data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  colour: number;
}

function toGray(png: DecodedPng): Picture {
  const samples = png.depth < 8 ? unpack(png) : png.data;
  if (png.palette) return paletteToGray(samples, png.palette);
  return png.channels >= 3 ? colourToGray(png, samples) : grayToGray(png, samples);
}

function grayToGray(
  { width, height, depth, channels, transparency }: DecodedPng,
  samples: ArrayLike<number>,
): Picture {
  const pixels = width * height;
  const most = 2 ** depth - 1;
  const hidden = transparency?.[0];
  if (depth === 16 && channels === 1) {
    return { data: Uint16Array.from(samples, (sample) => (sample === hidden ? 0 : sample)), colour: 0 };
  }
  const data = depth === 16 ? new Float32Array(pixels) : new Uint8Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * channels;
    const sample = samples[at] as number;
    if (sample === hidden) continue;
    const level = (sample * 255) / most;
    data[pixel] = channels === 2 ? overBlack(level, (samples[at + 1] as number) / most, depth) : level;
  }
  return { data, colour: 0 };
}

function colourToGray(
  { width, height, depth, channels, transparency: key }: DecodedPng,
  samples: ArrayLike<number>,
): Picture {
  const pixels = width * height;
  const most = 2 ** depth - 1;
  const data = depth === 16 ? new Float32Array(pixels) : new Uint8Array(pixels);
  const meter = new ColourMeter();
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * channels;
    const a = samples[at] as number;
    const b = samples[at + 1] as number;
    const c = samples[at + 2] as number;
    if (key !== undefined && a === key[0] && b === key[1] && c === key[2]) continue;
    const opacity = channels === 4 ? (samples[at + 3] as number) / most : 1;
    const level = colourLevel(a, b, c, depth);
    data[pixel] = channels === 4 ? overBlack(level, opacity, depth) : level;
    const scale = (opacity * 255) / most;
    meter.add(a * scale, b * scale, c * scale);
  }
  return { data, colour: meter.mean(pixels) };
}

/** Levels of up to 8 bits stay whole, like Pillow's; 16-bit levels keep their fractions. */
function colourLevel(red: number, green: number, blue: number, depth: number): number {
  return depth === 16 ? exactLuminance(red / 257, green / 257, blue / 257) : luminance(red, green, blue);
}

function overBlack(level: number, opacity: number, depth: number): number {
  return depth === 16 ? level * opacity : Math.round(level * opacity);
}

function paletteToGray(indices: ArrayLike<number>, palette: number[][]): Picture {
  const meter = new ColourMeter();
  const levels = palette.map(([red = 0, green = 0, blue = 0, alpha = 255]) =>
    overBlack(luminance(red, green, blue), alpha / 255, 8),
  );
  const data = Uint8Array.from(indices, (index) => {
    const level = levels[index];
    if (level === undefined)
      throw corrupt(`a PNG pixel has colour ${index} of a palette of ${levels.length}`);
    const [red = 0, green = 0, blue = 0, alpha = 255] = palette[index] as number[];
    meter.add((red * alpha) / 255, (green * alpha) / 255, (blue * alpha) / 255);
    return level;
  });
  return { data, colour: meter.mean(data.length) };
}

/** Samples of 1, 2 or 4 bits, packed from the high bit, every row starting on a byte. */
function unpack({ width, height, depth, data }: DecodedPng): Uint8Array {
  const samples = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = 2 ** depth - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = data[y * rowBytes + (bit >> 3)] as number;
      samples[y * width + x] = (byte >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return samples;
}
