import type { Radiograph } from "@/lib/xray/radiograph";
import { printable } from "./given-files";

/** What a file holds. No name, number or date of a person is among it. */
export interface InspectionLine {
  file: string;
  status: "ok" | "error";
  format: Radiograph["format"] | null;
  /** UID; its name stands beside it. DICOM only. */
  transferSyntax: string | null;
  transferSyntaxName: string | null;
  modality: string | null;
  view: string | null;
  rows: number | null;
  columns: number | null;
  bitsStored: number | null;
  photometric: string | null;
  /** The first window that the file itself states; null where it states none or a table. */
  window: { center: number; width: number } | null;
  /** Of all pixels of the frame after the modality transform, or of the gray levels of a picture. */
  min: number | null;
  max: number | null;
  mean: number | null;
  frame: number | null;
  frames: number | null;
  /** Why there is nothing to say. */
  reason: string | null;
}

/** The line of a file that could not be read. */
export function unreadLine(file: string, reason: string): InspectionLine {
  return {
    file,
    status: "error",
    format: null,
    transferSyntax: null,
    transferSyntaxName: null,
    modality: null,
    view: null,
    rows: null,
    columns: null,
    bitsStored: null,
    photometric: null,
    window: null,
    min: null,
    max: null,
    mean: null,
    frame: null,
    frames: null,
    reason,
  };
}

export function describeRadiograph(file: string, radiograph: Radiograph): InspectionLine {
  const { dicom, values } = radiograph;
  return {
    file,
    status: "ok",
    format: radiograph.format,
    transferSyntax: dicom?.transferSyntax.uid ?? null,
    transferSyntaxName: dicom?.transferSyntax.name ?? null,
    modality: dicom?.modality ?? null,
    view: dicom?.view ?? null,
    rows: dicom?.rows ?? radiograph.height,
    columns: dicom?.columns ?? radiograph.width,
    bitsStored: dicom?.bitsStored ?? (values instanceof Uint8Array ? 8 : 16),
    photometric: dicom?.photometric ?? photometricOf(radiograph),
    window: statedWindow(radiograph),
    ...statistics(values),
    frame: radiograph.frame + 1,
    frames: radiograph.frameCount,
    reason: null,
  };
}

/** Lossy compression leaves traces of colour in gray. */
const leastColour = 0.01;

function photometricOf({ colour, inverted }: Radiograph): string {
  if (colour > leastColour) return "RGB";
  return inverted ? "MONOCHROME1" : "MONOCHROME2";
}

/** Pictures state none, colour has no use for one, and what the decoder puts where a file states none is its range. */
function statedWindow({ dicom, voi, presets, minimum, maximum }: Radiograph): InspectionLine["window"] {
  if (!dicom?.photometric.startsWith("MONOCHROME")) return null;
  const windows = [voi, ...presets.map((preset) => preset.voi)].filter((stated) => stated.kind === "window");
  const [first] = windows;
  const width = maximum - minimum || 1;
  const isRange =
    first?.shape === "linear-exact" && first.width === width && first.center === minimum + width / 2;
  return first && !isRange ? { center: first.center, width: first.width } : null;
}

function statistics(values: Radiograph["values"]): { min: number; max: number; mean: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return { min, max, mean: sum / values.length };
}

const columns: [title: string, width: number, text: (line: InspectionLine) => string][] = [
  ["modality", 8, (line) => line.modality ?? line.format ?? ""],
  ["view", 5, (line) => line.view ?? "–"],
  ["rows", 6, (line) => String(line.rows)],
  ["columns", 7, (line) => String(line.columns)],
  ["bits", 4, (line) => String(line.bitsStored)],
  ["photometric", 15, (line) => line.photometric ?? ""],
  ["window", 14, ({ window }) => (window ? `${window.center} / ${window.width}` : "–")],
  ["min", 9, (line) => figure(line.min)],
  ["max", 9, (line) => figure(line.max)],
  ["mean", 10, (line) => figure(line.mean)],
  ["frames", 6, (line) => String(line.frames)],
  ["transfer syntax", 28, (line) => line.transferSyntaxName ?? "–"],
];
export const tableHead = [...columns.map(([title, width]) => title.padEnd(width)), "file"].join("  ");

export function tableRow(line: InspectionLine): string {
  const file = printable(line.file);
  if (line.status === "error") return `not read  ${file}: ${printable(line.reason ?? "")}`;
  return [...columns.map(([, width, text]) => printable(text(line)).padEnd(width)), file].join("  ");
}

function figure(value: number | null): string {
  return value === null ? "–" : String(Number(value.toFixed(2)));
}
