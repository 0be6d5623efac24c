import { type DecodedPng, decode } from "fast-png";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { applyOrientation } from "./exif-orientation";
import { corrupt, requireReasonableSize, truncated, unsupported } from "./image-errors";
import { exactLuminance, luminance } from "./luminance";
import { inflatedSizeBytes, type PngChunks, readPngChunks, readPngSize } from "./png-chunks";
import type { GrayImage } from "./types";

/**
 * PNG of every colour type and bit depth, interlaced from 8 bits on. Transparency is laid over black, the colour around a radiograph.
 * Colour profiles and gamma are ignored, as in Pillow.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE
 */
export async function decodePng(bytes: Uint8Array): Promise<GrayImage> {
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
  return applyOrientation({ width, height, data: toGray(png) }, chunks.orientation);
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

function toGray(png: DecodedPng): Float32Array {
  const samples = png.depth < 8 ? unpack(png) : png.data;
  if (png.palette) return paletteToGray(samples, png.palette);
  const most = 2 ** png.depth - 1;
  const pixels = png.width * png.height;
  const gray = new Float32Array(pixels);
  const colour = png.channels >= 3;
  const hasAlpha = png.channels === 2 || png.channels === 4;
  const key = png.transparency;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * png.channels;
    const a = samples[at] as number;
    const b = samples[at + 1] as number;
    const c = samples[at + 2] as number;
    const hidden = key !== undefined && a === key[0] && (!colour || (b === key[1] && c === key[2]));
    if (hidden) continue;
    const level = colour ? colourLevel(a, b, c, png.depth) : (a * 255) / most;
    gray[pixel] = hasAlpha
      ? overBlack(level, (samples[at + png.channels - 1] as number) / most, png.depth)
      : level;
  }
  return gray;
}

/** Levels of up to 8 bits stay whole, like Pillow's; 16-bit levels keep their fractions. */
function colourLevel(red: number, green: number, blue: number, depth: number): number {
  return depth === 16 ? exactLuminance(red / 257, green / 257, blue / 257) : luminance(red, green, blue);
}

function overBlack(level: number, opacity: number, depth: number): number {
  return depth === 16 ? level * opacity : Math.round(level * opacity);
}

function paletteToGray(indices: ArrayLike<number>, palette: number[][]): Float32Array {
  const levels = palette.map(([red = 0, green = 0, blue = 0, alpha = 255]) =>
    overBlack(luminance(red, green, blue), alpha / 255, 8),
  );
  return Float32Array.from(indices, (index) => {
    const level = levels[index];
    if (level === undefined)
      throw corrupt(`a PNG pixel has colour ${index} of a palette of ${levels.length}`);
    return level;
  });
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
