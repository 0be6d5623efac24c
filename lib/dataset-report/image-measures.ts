import { z } from "zod";
import { withoutLocalMean } from "./local-detail";
import { perceptualHash } from "./perceptual-hash";

/** Raised when a measure is defined anew, so that stored ones are not mixed with others. */
export const measuresSchemaVersion = 1;

/** The side of the gray image that everything is measured on: the model's input. */
export const measuredSize = 224;

export const measureNames = [
  "mean",
  "std",
  "p1",
  "p5",
  "p50",
  "p95",
  "p99",
  "detail",
  "rows",
  "columns",
] as const;
export type MeasureName = (typeof measureNames)[number];

const level = z.number().min(0).max(255);

/** What is known of one image. Levels are of the 224 × 224 gray image, 0 to 255. */
export const imageMeasuresSchema = z.strictObject({
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("perceptualHash"),
  mean: level,
  std: level,
  p1: level,
  p5: level,
  p50: level,
  p95: level,
  p99: level,
  detail: level.describe("root mean square of the difference from each 3 × 3 neighbourhood's mean"),
  rows: z.int().min(1).describe("of the file, upright"),
  columns: z.int().min(1),
});
export type ImageMeasures = z.infer<typeof imageMeasuresSchema>;

/**
 * Measures an image.
 * @param gray [224 × 224], 0 to 255
 * @param original rows and columns of the file
 */
export function measureImage(gray: Uint8Array, original: { rows: number; columns: number }): ImageMeasures {
  const histogram = new Uint32Array(256);
  for (const value of gray) histogram[value] = (histogram[value] ?? 0) + 1;
  let sum = 0;
  let squares = 0;
  for (const [value, count] of histogram.entries()) {
    sum += value * count;
    squares += value * value * count;
  }
  const mean = sum / gray.length;
  const percentile = (share: number) => levelBelow(histogram, share * gray.length);
  return {
    hash: perceptualHash(gray, measuredSize),
    mean: round(mean),
    std: round(Math.sqrt(Math.max(0, squares / gray.length - mean * mean))),
    p1: percentile(0.01),
    p5: percentile(0.05),
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    detail: round(rootMeanSquare(withoutLocalMean(gray, measuredSize))),
    rows: original.rows,
    columns: original.columns,
  };
}

/** The smallest level that at least so many pixels do not exceed. */
function levelBelow(histogram: Uint32Array, pixels: number): number {
  let seen = 0;
  for (const [value, count] of histogram.entries()) {
    seen += count;
    if (seen >= pixels) return value;
  }
  return 255;
}

function rootMeanSquare(values: Float64Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / values.length);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
