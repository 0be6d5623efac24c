import type { DataSet } from "dicom-parser";
import { ColourMeter } from "../colour-meter";
import { corrupt } from "../image-errors";
import { exactLuminance, luminance } from "../luminance";
import type { Samples } from "./decode-frame";
import { type LookupTable, lookUp, readLookupTable } from "./lookup-table";
import type { PixelFormat } from "./pixel-format";
import { type StoredValues, storedValues } from "./stored-values";

export interface GrayPicture {
  /** [height × width] 0 to 255; floating-point where the colours have more than 8 bits. */
  values: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  /** See Radiograph. */
  colour: number;
}

/** Colours by pixel → gray by the formula of all other formats. */
export function coloursToGray(samples: Samples, format: PixelFormat): GrayPicture {
  const levels = storedValues(samples.data, format);
  const scale = 255 / (2 ** format.bitsStored - 1);
  const pixels = levels.length / 3;
  const whole = format.bitsStored === 8;
  const values = whole ? new Uint8Array(pixels) : new Float32Array(pixels);
  const gray = whole ? luminance : exactLuminance;
  const meter = new ColourMeter();
  const toRgb = samples.ybr ? ybrToRgb : asRgb;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * 3;
    const [red, green, blue] = toRgb(
      (levels[at] as number) * scale,
      (levels[at + 1] as number) * scale,
      (levels[at + 2] as number) * scale,
      whole,
    );
    values[pixel] = gray(red, green, blue);
    meter.add(red, green, blue);
  }
  return { values, colour: meter.mean(pixels) };
}

type Rgb = [red: number, green: number, blue: number];

const asRgb = (red: number, green: number, blue: number): Rgb => [red, green, blue];

/** ITU-R BT.601, full range (PS3.3 C.7.6.3.1.2). */
function ybrToRgb(y: number, cb: number, cr: number, whole: boolean): Rgb {
  const held = (level: number) => Math.min(255, Math.max(0, whole ? Math.round(level) : level));
  return [
    held(y + 1.402 * (cr - 128)),
    held(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128)),
    held(y + 1.772 * (cb - 128)),
  ];
}

/** Colour numbers → gray, through the file's palette. @throws IMAGE_CORRUPT where it has none */
export function paletteToGray(set: DataSet, indices: StoredValues): GrayPicture {
  const signed = indices instanceof Int16Array;
  const [red, green, blue] = ["1", "2", "3"].map((n) =>
    readLookupTable(set, `x0028110${n}`, `x0028120${n}`, signed),
  );
  if (!red || !green || !blue) throw corrupt("it has no palette, though it is PALETTE COLOR");
  const values = new Uint8Array(indices.length);
  const meter = new ColourMeter();
  for (let pixel = 0; pixel < indices.length; pixel++) {
    const index = indices[pixel] as number;
    const [r, g, b] = [level(red, index), level(green, index), level(blue, index)] as const;
    values[pixel] = luminance(r, g, b);
    meter.add(r, g, b);
  }
  return { values, colour: meter.mean(indices.length) };
}

/** Entries of 16 bits give their high byte. */
function level(table: LookupTable, index: number): number {
  return table.bits > 8 ? lookUp(table, index) >> (table.bits - 8) : lookUp(table, index);
}
