import { type BmpHeader, readBmpHeader } from "./bmp-header";
import { expandBmpRuns } from "./bmp-runs";
import { ColourMeter } from "./colour-meter";
import { corrupt, requireReasonableSize, truncated } from "./image-errors";
import { luminance } from "./luminance";
import { pictureToRadiograph } from "./picture-to-radiograph";
import type { Radiograph } from "./radiograph";

interface Picture {
  data: Uint8Array<ArrayBuffer>;
  colour: number;
}

/**
 * BMP of 1 to 32 bits per pixel: palette, masks, run-length coded, rows from either end. Transparency, where a
 * mask names it, is laid over black.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE
 */
export function decodeBmp(bytes: Uint8Array): Radiograph {
  const header = readBmpHeader(bytes);
  const { width, height } = header;
  if (width < 0) throw corrupt(`its header says ${width} × ${height} pixels`);
  requireReasonableSize(width, height);
  const pixels = bytes.subarray(header.pixelOffset);
  const { data, colour } =
    header.coding === "plain"
      ? plainToGray(header, pixels)
      : indicesToGray(header, expandBmpRuns(header, pixels));
  return pictureToRadiograph("BMP", { width, height, data }, colour);
}

/** Rows are padded to four bytes. */
function plainToGray(header: BmpHeader, pixels: Uint8Array): Picture {
  const { width, height, bitsPerPixel } = header;
  const rowBytes = Math.ceil((width * bitsPerPixel) / 32) * 4;
  const neededBytes = (height - 1) * rowBytes + Math.ceil((width * bitsPerPixel) / 8);
  if (pixels.length < neededBytes)
    throw truncated(`the BMP has ${pixels.length} of ${neededBytes} bytes of pixels`);
  const rowAt = (y: number) => (header.topDown ? y : height - 1 - y) * rowBytes;
  if (bitsPerPixel <= 8) return indicesToGray(header, unpack(header, pixels, rowAt));
  return bitsPerPixel === 24 ? bytesToGray(header, pixels, rowAt) : masksToGray(header, pixels, rowAt);
}

/** Indices of 1, 2 or 4 bits, packed from the high bit, or 8. @returns [height × width], from the top */
function unpack(
  { width, height, bitsPerPixel }: BmpHeader,
  pixels: Uint8Array,
  rowAt: (y: number) => number,
): Uint8Array<ArrayBuffer> {
  const indices = new Uint8Array(width * height);
  const mask = 2 ** bitsPerPixel - 1;
  for (let y = 0; y < height; y++) {
    const row = rowAt(y);
    for (let x = 0; x < width; x++) {
      const bit = x * bitsPerPixel;
      const byte = pixels[row + (bit >> 3)] as number;
      indices[y * width + x] = (byte >> (8 - bitsPerPixel - (bit & 7))) & mask;
    }
  }
  return indices;
}

/** In place. */
function indicesToGray({ palette }: BmpHeader, indices: Uint8Array<ArrayBuffer>): Picture {
  const meter = new ColourMeter();
  const colours = palette.length / 3;
  for (let pixel = 0; pixel < indices.length; pixel++) {
    const index = indices[pixel] as number;
    if (index >= colours) throw corrupt(`a BMP pixel has colour ${index} of a palette of ${colours}`);
    const red = palette[index * 3] as number;
    const green = palette[index * 3 + 1] as number;
    const blue = palette[index * 3 + 2] as number;
    indices[pixel] = luminance(red, green, blue);
    meter.add(red, green, blue);
  }
  return { data: indices, colour: meter.mean(indices.length) };
}

function bytesToGray(
  { width, height }: BmpHeader,
  pixels: Uint8Array,
  rowAt: (y: number) => number,
): Picture {
  const data = new Uint8Array(width * height);
  const meter = new ColourMeter();
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = rowAt(y); x < width; x++, at += 3) {
      const blue = pixels[at] as number;
      const green = pixels[at + 1] as number;
      const red = pixels[at + 2] as number;
      data[y * width + x] = luminance(red, green, blue);
      meter.add(red, green, blue);
    }
  }
  return { data, colour: meter.mean(data.length) };
}

function masksToGray(header: BmpHeader, pixels: Uint8Array, rowAt: (y: number) => number): Picture {
  const { width, height, bitsPerPixel } = header;
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const wordBytes = bitsPerPixel / 8;
  const word = (at: number) => (wordBytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true));
  const [red, green, blue, alpha] = header.masks.map(channelReader) as [Channel, Channel, Channel, Channel];
  const opaque = header.masks[3] === 0 || isUnused(alpha, header, rowAt, word);
  const data = new Uint8Array(width * height);
  const meter = new ColourMeter();
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = rowAt(y); x < width; x++, at += wordBytes) {
      const bits = word(at);
      const [r, g, b] = [red(bits), green(bits), blue(bits)];
      const opacity = opaque ? 1 : alpha(bits) / 255;
      data[y * width + x] = Math.round(luminance(r, g, b) * opacity);
      meter.add(r * opacity, g * opacity, b * opacity);
    }
  }
  return { data, colour: meter.mean(data.length) };
}

type Channel = (bits: number) => number;

/** A mask's bits → 0 to 255, rounded down as in Pillow. */
function channelReader(mask: number): Channel {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (bits) => Math.floor((((bits & mask) >>> shift) * 255) / most);
}

/** Many programs name an alpha mask and leave it zero everywhere; taken literally, such a picture is all black. */
function isUnused(
  alpha: Channel,
  { width, height, bitsPerPixel }: BmpHeader,
  rowAt: (y: number) => number,
  word: (at: number) => number,
): boolean {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (alpha(word(rowAt(y) + (x * bitsPerPixel) / 8)) > 0) return false;
  return true;
}
