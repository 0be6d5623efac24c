import type { DataSet } from "dicom-parser";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { corrupt } from "../image-errors";
import type { Radiograph } from "../radiograph";
import { valueRange } from "../value-range";
import { numbersOf, textOf, wordsOf } from "./attributes";
import { coloursToGray, paletteToGray } from "./colour-to-gray";
import { decodeFrame } from "./decode-frame";
import { textDecoderOf } from "./decode-text";
import { withoutImage } from "./dicom-errors";
import { firstWith, placesOf } from "./functional-groups";
import { modalityValues } from "./modality-values";
import { type DicomFile, openDicom, pixelData } from "./open-dicom";
import { type PixelFormat, readPixelFormat } from "./pixel-format";
import { readFacts } from "./read-facts";
import { readVois } from "./read-voi";
import { type StoredValues, storedValues } from "./stored-values";

/**
 * A frame of a DICOM file: its values after the modality transform, how the file wants them shown, and what it says of
 * itself. Colour becomes gray, for which no window of the file applies.
 * @param frame zero-based
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_TOO_LARGE, IMAGE_UNSUPPORTED, IMAGE_FRAME_NOT_FOUND,
 * DICOM_WITHOUT_IMAGE, DICOM_SYNTAX_UNSUPPORTED, and loadCodec's
 */
export async function decodeDicom(bytes: Uint8Array, frame: number): Promise<Radiograph> {
  try {
    const file = openDicom(bytes);
    requireImage(file.dataSet);
    return await toRadiograph(file, readPixelFormat(file.dataSet), frame);
  } catch (cause) {
    if (cause instanceof PneumoscopeError) throw cause;
    // What dicom-parser and the codecs throw on files that no check foresaw.
    throw corrupt(`its DICOM data cannot be read (${describeError(cause)})`, cause);
  }
}

async function toRadiograph(file: DicomFile, format: PixelFormat, frame: number): Promise<Radiograph> {
  const { dataSet: set } = file;
  const decode = textDecoderOf(set);
  const samples = await decodeFrame(file, format, frame);
  const shared = {
    format: "DICOM" as const,
    width: format.columns,
    height: format.rows,
    pixelAspect: readPixelAspect(set, frame),
    frame,
    frameCount: format.frameCount,
    dicom: readFacts(file, format, decode),
  };
  if (format.samplesPerPixel === 3 || format.photometric === "PALETTE COLOR") {
    const { values, colour } =
      format.samplesPerPixel === 3
        ? coloursToGray(samples, format)
        : paletteToGray(set, storedValues(samples.data, format));
    const voi = { kind: "window", center: 127.5, width: 255, shape: "linear-exact" } as const;
    return { ...shared, values, ...valueRange(values), voi, presets: [], inverted: false, colour };
  }
  const stored = storedValues(samples.data, format);
  const values = modalityValues(set, stored, frame);
  const range = rangeWithoutPadding(set, stored, values, format.signed);
  const [first, ...presets] = readVois(set, frame, values instanceof Int16Array, decode);
  return {
    ...shared,
    values,
    ...range,
    voi: first?.voi ?? fullRange(range),
    presets,
    inverted: format.photometric === "MONOCHROME1",
    colour: 0,
  };
}

function fullRange({ minimum, maximum }: { minimum: number; maximum: number }): Radiograph["voi"] {
  const width = maximum - minimum || 1;
  return { kind: "window", center: minimum + width / 2, width, shape: "linear-exact" };
}

/** PixelPaddingValue, or the range up to PixelPaddingRangeLimit, stands for "no image here". */
function rangeWithoutPadding(
  set: DataSet,
  stored: StoredValues,
  values: StoredValues,
  signed: boolean,
): { minimum: number; maximum: number } {
  const [padding] = wordsOf(set, "x00280120", signed);
  if (padding === undefined) return valueRange(values);
  const [limit = padding] = wordsOf(set, "x00280121", signed);
  const [low, high] = [Math.min(padding, limit), Math.max(padding, limit)];
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < values.length; at++) {
    if ((stored[at] as number) >= low && (stored[at] as number) <= high) continue;
    const value = values[at] as number;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return minimum <= maximum ? { minimum, maximum } : valueRange(values);
}

/** Vertical\horizontal: PixelAspectRatio, else the spacing in the patient, on the detector or on the film. */
function readPixelAspect(set: DataSet, frame: number): number {
  const spaced = firstWith(placesOf(set, "x00289110", frame), "x00280030");
  const pairs = [
    numbersOf(set, "x00280034"),
    spaced ? numbersOf(spaced, "x00280030") : [],
    numbersOf(set, "x00181164"),
    numbersOf(set, "x00182010"),
  ];
  for (const [vertical = 0, horizontal = 0] of pairs) {
    const aspect = vertical / horizontal;
    // Beyond it lies no detector, only a slip in the file.
    if (aspect >= 0.1 && aspect <= 10) return aspect;
  }
  return 1;
}

const kinds: [classUid: RegExp, kind: string][] = [
  [/^1\.2\.840\.10008\.1\.3\.10$/, "it is a DICOMDIR, the index of a disc"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\./, "it is a structured report"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.104\./, "it is an encapsulated document"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.11\./, "it is a presentation state"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.9\./, "it is a waveform"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.481\./, "it is a radiotherapy object"],
];

function requireImage(set: DataSet): void {
  if (set.elements[pixelData]) return;
  if (set.elements.x00041220) throw withoutImage("it is a DICOMDIR, the index of a disc");
  const classUid = textOf(set, "x00080016") ?? "";
  const kind = kinds.find(([pattern]) => pattern.test(classUid))?.[1];
  if (kind) throw withoutImage(kind);
  if (set.elements.x7fe00008 || set.elements.x7fe00009)
    throw withoutImage("its pixels are floating-point numbers");
  if (Object.keys(set.elements).length === 0) throw corrupt("it has no DICOM elements");
  throw withoutImage("it has no pixel data");
}
