import { ColourMeter } from "./colour-meter";
import { applyOrientation, type Orientation } from "./exif-orientation";
import { corrupt, requireReasonableSize, unsupported } from "./image-errors";
import { exactLuminance, luminance } from "./luminance";
import type { Radiograph, Voi } from "./radiograph";
import { decompressBlock } from "./tiff-decompress";
import { readTiffPage, type TiffPage } from "./tiff-directory";
import { createSamples, rowBytesOf, type TiffSamples, unpackSamples } from "./tiff-samples";
import { valueRange } from "./value-range";

const whiteIsZero = 0;
const blackIsZero = 1;
const rgb = 2;
const paletted = 3;
const yCbCr = 6;
const jpegCompression = 7;
const mostSamplesPerPixel = 5;
/** A strip or tile, decompressed. */
const mostBlockBytes = 256 * 1024 * 1024;

/**
 * TIFF of 1 to 16 bits or floating point: gray (either way round), palette, RGB, with or without alpha, in strips
 * or tiles, plain or compressed by LZW, deflate, PackBits or JPEG. Each page is a frame. Transparency is laid over
 * black; resolution is ignored, as in other pictures.
 * @returns frame 0 where the frame does not exist
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE, and loadJpegCodec's
 */
export async function decodeTiff(bytes: Uint8Array, frame = 0): Promise<Radiograph> {
  const { page, pageCount } = readTiffPage(bytes, frame);
  if (!page) return decodeTiff(bytes);
  requireReadable(page);
  const canvas = createCanvas(page);
  for (const block of blocksOf(page)) {
    const planes = [];
    for (const at of block.indices) planes.push(await readBlock(page, bytes, at, block));
    canvas.draw(block, planes);
  }
  const { values, colour } = canvas;
  const orientation = isOrientation(page.orientation) ? page.orientation : 1;
  const { width, height, data } = applyOrientation(
    { width: page.width, height: page.height, data: values },
    orientation,
  );
  const range = valueRange(data);
  return {
    format: "TIFF",
    width,
    height,
    values: data,
    ...range,
    voi: firstVoi(page, range),
    presets: [],
    inverted: page.photometric === whiteIsZero,
    pixelAspect: 1,
    frame,
    frameCount: pageCount,
    colour: colour(),
    dicom: null,
  };
}

const isOrientation = (value: number): value is Orientation => value >= 1 && value <= 8;

/** Refuses what is not read before anything is allocated for it. */
function requireReadable(page: TiffPage): void {
  const { photometric, samplesPerPixel, compression } = page;
  requireReasonableSize(page.width, page.height);
  const kinds: Record<number, string> = { 4: "a mask", 5: "CMYK", 8: "CIELab", 32803: "a camera's raw data" };
  const known =
    [whiteIsZero, blackIsZero, rgb, paletted].includes(photometric) ||
    (photometric === yCbCr && compression === jpegCompression);
  if (!known)
    throw unsupported(
      `a TIFF in ${kinds[photometric] ?? `colour system ${photometric}`}; save it as gray or RGB`,
    );
  const channels = channelsOf(page);
  if (samplesPerPixel < channels || samplesPerPixel > mostSamplesPerPixel)
    throw corrupt(`a TIFF with ${samplesPerPixel} samples a pixel`);
  createSamples(page, 0);
  const blockBytes = rowBytesOf(page, page.blockWidth * samplesPerPixel) * page.blockHeight;
  if (blockBytes > mostBlockBytes)
    throw unsupported(
      `a TIFF with a block of ${Math.round(blockBytes / 1024 / 1024)} MiB; save it in strips`,
    );
  if (
    channels === 3 &&
    !(page.sampleFormat === "unsigned" && (page.bitsPerSample === 8 || page.bitsPerSample === 16))
  )
    throw unsupported(
      `a colour TIFF with ${page.bitsPerSample}-bit ${page.sampleFormat} samples; save it with 8 bits`,
    );
  if (
    photometric === paletted &&
    (page.bitsPerSample > 8 || page.colourMap.length < 3 * 2 ** page.bitsPerSample)
  )
    throw corrupt("a TIFF whose palette is too short");
  if (
    compression === jpegCompression &&
    (page.bitsPerSample !== 8 || (samplesPerPixel !== 1 && samplesPerPixel !== 3))
  )
    throw unsupported("a TIFF compressed by JPEG with other than 8-bit gray or colour; save it uncompressed");
}

const channelsOf = ({ photometric }: TiffPage) => (photometric === rgb || photometric === yCbCr ? 3 : 1);

interface Block {
  x: number;
  y: number;
  /** What of it lies on the page; tiles reach over the edge. */
  width: number;
  height: number;
  storedRows: number;
  /** Its place in the page's list: one, or one for each sample. */
  indices: number[];
}

function* blocksOf(page: TiffPage): Generator<Block> {
  const { width, height, blockWidth, blockHeight, tiled, planar, samplesPerPixel } = page;
  const across = Math.ceil(width / blockWidth);
  const blocks = across * Math.ceil(height / blockHeight);
  for (let index = 0; index < blocks; index++) {
    const x = (index % across) * blockWidth;
    const y = Math.floor(index / across) * blockHeight;
    const rows = Math.min(blockHeight, height - y);
    yield {
      x,
      y,
      width: Math.min(blockWidth, width - x),
      height: rows,
      storedRows: tiled ? blockHeight : rows,
      indices: planar
        ? Array.from({ length: samplesPerPixel }, (_, plane) => plane * blocks + index)
        : [index],
    };
  }
}

/** @returns [storedRows × blockWidth × samples] */
async function readBlock(page: TiffPage, bytes: Uint8Array, at: number, block: Block): Promise<TiffSamples> {
  const offset = page.blockOffsets[at] as number;
  const samples = page.planar ? 1 : page.samplesPerPixel;
  const samplesPerRow = page.blockWidth * samples;
  const expected = rowBytesOf(page, samplesPerRow) * block.storedRows;
  // Some writers state too few bytes for what they did not compress, or none.
  const stated = page.compression === 1 ? expected : (page.blockBytes[at] ?? bytes.length);
  const stored = bytes.subarray(offset, offset + stated);
  if (page.compression === jpegCompression) return readJpegBlock(page, stored, block);
  return unpackSamples(
    page,
    decompressBlock(stored, page.compression, expected),
    block.storedRows,
    samplesPerRow,
    samples,
  );
}

async function readJpegBlock(page: TiffPage, stored: Uint8Array, block: Block): Promise<TiffSamples> {
  const { jpegFileOf } = await import("./tiff-jpeg");
  const { decodeJpegSamples } = await import("./decode-jpeg");
  const jpeg = await decodeJpegSamples(jpegFileOf(page, stored));
  if (
    jpeg.width !== page.blockWidth ||
    jpeg.height !== block.storedRows ||
    jpeg.components !== (page.planar ? 1 : page.samplesPerPixel)
  )
    throw corrupt("a block of the TIFF is a JPEG of another size");
  return jpeg.data;
}

interface Canvas {
  /** [height × width]: gray values as stored, or levels of 0 to 255. */
  values: TiffSamples;
  draw(block: Block, planes: TiffSamples[]): void;
  colour(): number;
}

/** Puts blocks in their place, as gray. */
function createCanvas(page: TiffPage): Canvas {
  const { width, height, planar, samplesPerPixel, blockWidth } = page;
  const gray = grayOf(page);
  const stride = planar ? 1 : samplesPerPixel;
  const pixel = new Float64Array(samplesPerPixel);
  return {
    values: gray.values,
    colour: () => gray.meter.mean(width * height),
    draw(block, planes) {
      for (let row = 0; row < block.height; row++) {
        if (gray.asStored) {
          const from = row * blockWidth;
          const stored = planes[0]?.subarray(from, from + block.width) ?? [];
          gray.values.set(stored, (block.y + row) * width + block.x);
          continue;
        }
        for (let column = 0; column < block.width; column++) {
          const from = (row * blockWidth + column) * stride;
          for (let sample = 0; sample < samplesPerPixel; sample++)
            pixel[sample] = (planar ? planes[sample]?.[from] : planes[0]?.[from + sample]) as number;
          gray.values[(block.y + row) * width + block.x + column] = gray.level(pixel);
        }
      }
    },
  };
}

interface GrayRule {
  values: TiffSamples;
  meter: ColourMeter;
  /** Samples are gray values as they are. */
  asStored: boolean;
  level(pixel: Float64Array): number;
}

/** How a page's pixels become gray, and what holds the result. */
function grayOf(page: TiffPage): GrayRule {
  const { width, height, bitsPerSample: bits, samplesPerPixel } = page;
  const meter = new ColourMeter();
  const pixels = width * height;
  if (page.photometric === paletted) {
    const levels = paletteLevels(page);
    const level = (pixel: Float64Array) => {
      const index = pixel[0] as number;
      const [red, green, blue] = levels.colours[index] as [number, number, number];
      meter.add(red, green, blue);
      return levels.gray[index] as number;
    };
    return { values: new Uint8Array(pixels), meter, asStored: false, level };
  }
  const channels = channelsOf(page);
  const premultiplied = page.extraSample === 1;
  const hasAlpha = samplesPerPixel > channels && (premultiplied || page.extraSample === 2);
  const most = 2 ** bits - 1;
  const opacityOf = (pixel: Float64Array) =>
    hasAlpha && !premultiplied ? (pixel[channels] as number) / most : 1;
  if (channels === 3) {
    const scale = 255 / most;
    const level = (pixel: Float64Array) => {
      const red = pixel[0] as number;
      const green = pixel[1] as number;
      const blue = pixel[2] as number;
      const opacity = opacityOf(pixel);
      meter.add(red * scale * opacity, green * scale * opacity, blue * scale * opacity);
      if (bits === 16) return exactLuminance(red * scale, green * scale, blue * scale) * opacity;
      return Math.round(luminance(red, green, blue) * opacity);
    };
    const values = bits === 16 ? new Float32Array(pixels) : new Uint8Array(pixels);
    return { values, meter, asStored: false, level };
  }
  const black = page.photometric === whiteIsZero ? most : 0;
  return {
    values: createSamples(page, pixels),
    meter,
    asStored: samplesPerPixel === 1,
    level(pixel) {
      const value = pixel[0] as number;
      return hasAlpha ? Math.round(black + (value - black) * opacityOf(pixel)) : value;
    },
  };
}

function paletteLevels({ colourMap, bitsPerSample }: TiffPage): {
  gray: number[];
  colours: [number, number, number][];
} {
  const count = 2 ** bitsPerSample;
  // Some writers fill the map with bytes; libtiff tells it the same way.
  const divisor = colourMap.every((value) => value < 256) ? 1 : 256;
  const part = (index: number) => Math.floor((colourMap[index] as number) / divisor);
  const colours = Array.from({ length: count }, (_, index): [number, number, number] => [
    part(index),
    part(count + index),
    part(2 * count + index),
  ]);
  return { colours, gray: colours.map(([red, green, blue]) => luminance(red, green, blue)) };
}

/** Whole range of the bits; what has no such range, from the least value to the greatest. */
function firstVoi(page: TiffPage, range: { minimum: number; maximum: number }): Voi {
  const { bitsPerSample: bits, sampleFormat } = page;
  const whole = sampleFormat === "unsigned" && bits <= 16;
  const levels = channelsOf(page) === 3 || page.photometric === paletted;
  const low = whole ? 0 : range.minimum;
  const high = levels ? 255 : whole ? 2 ** bits - 1 : range.maximum;
  const width = Math.max(high - low, Number.MIN_VALUE);
  return { kind: "window", center: (low + high) / 2, width: width || 1, shape: "linear-exact" };
}
