import type { DataSet } from "dicom-parser";
import { corrupt, requireReasonableSize, unsupported } from "../image-errors";
import { numbersOf, textOf, wordOf } from "./attributes";
import { withoutImage } from "./dicom-errors";

/** The Image Pixel module (PS3.3 C.7.6.3), checked. */
export interface PixelFormat {
  rows: number;
  columns: number;
  frameCount: number;
  photometric: string;
  samplesPerPixel: 1 | 3;
  bitsAllocated: 1 | 8 | 16 | 32;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  /** Colours by plane instead of by pixel; only of native and RLE pixel data. */
  planar: boolean;
}

const colours = ["RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT"];
const grays = ["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"];

/**
 * @throws DICOM_WITHOUT_IMAGE where it has no rows, columns or frames, IMAGE_TOO_LARGE,
 * IMAGE_CORRUPT where its numbers contradict each other, IMAGE_UNSUPPORTED
 */
export function readPixelFormat(set: DataSet): PixelFormat {
  const rows = wordOf(set, "x00280010");
  const columns = wordOf(set, "x00280011");
  if (rows === undefined || columns === undefined)
    throw withoutImage("it does not say how many rows and columns it has");
  requireReasonableSize(columns, rows);
  const samplesPerPixel = wordOf(set, "x00280002") ?? 1;
  const photometric = textOf(set, "x00280004") ?? (samplesPerPixel === 3 ? "RGB" : "MONOCHROME2");
  const bitsAllocated = wordOf(set, "x00280100") ?? 0;
  const bitsStored = wordOf(set, "x00280101") ?? bitsAllocated;
  return {
    rows,
    columns,
    frameCount: readFrameCount(set),
    photometric,
    samplesPerPixel: requireSamples(photometric, samplesPerPixel),
    ...requireBits(bitsAllocated, bitsStored, wordOf(set, "x00280102") ?? bitsStored - 1, samplesPerPixel),
    signed: wordOf(set, "x00280103") === 1,
    planar: samplesPerPixel > 1 && wordOf(set, "x00280006") === 1,
  };
}

function readFrameCount(set: DataSet): number {
  const [count = 1] = numbersOf(set, "x00280008");
  if (count === 0) throw withoutImage("it has zero frames");
  if (!Number.isInteger(count) || count < 0) throw corrupt("its number of frames is no number");
  return count;
}

function requireSamples(photometric: string, samples: number): 1 | 3 {
  const expected = grays.includes(photometric) ? 1 : 3;
  if (expected === 3 && !colours.includes(photometric)) {
    throw unsupported(`its photometric interpretation is ${photometric.slice(0, 16)}`);
  }
  if (samples !== expected) throw corrupt(`${photometric} with ${samples} samples per pixel`);
  return expected;
}

function requireBits(
  bitsAllocated: number,
  bitsStored: number,
  highBit: number,
  samples: number,
): Pick<PixelFormat, "bitsAllocated" | "bitsStored" | "highBit"> {
  if (bitsAllocated !== 1 && bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) {
    throw unsupported(`it has ${bitsAllocated} bits allocated per sample`);
  }
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit >= bitsAllocated || highBit < bitsStored - 1) {
    throw corrupt(`${bitsStored} bits stored below bit ${highBit} of ${bitsAllocated} allocated`);
  }
  if (samples === 3 && bitsAllocated !== 8 && bitsAllocated !== 16) {
    throw unsupported(`it has colours of ${bitsAllocated} bits`);
  }
  return { bitsAllocated, bitsStored, highBit };
}
