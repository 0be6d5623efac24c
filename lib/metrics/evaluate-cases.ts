import * as z from "zod";
import { auc, type Label } from "./auc";
import { type BootstrapOptions, bootstrapAllByPatient } from "./bootstrap-by-patient";
import { expectedCalibrationError } from "./calibration";
import {
  accuracy,
  type ConfusionMatrix,
  confusionMatrix,
  f1,
  precision,
  sensitivity,
  specificity,
} from "./confusion-matrix";
import { delong } from "./delong";
import { type Interval, intervalSchema, wilson } from "./interval";

/** What is reported of a model on a set of cases; every figure with its 95 % interval. */
export const evaluationMetricsSchema = z.strictObject({
  n: z.int().min(0).describe("images"),
  patients: z.int().min(0),
  positives: z.int().min(0).describe("images with label 1"),
  auc: intervalSchema,
  accuracy: intervalSchema,
  sensitivity: intervalSchema,
  specificity: intervalSchema,
  precision: intervalSchema,
  f1: intervalSchema,
  ece: intervalSchema.describe("expected calibration error, 10 equal bins"),
});
export type EvaluationMetrics = z.infer<typeof evaluationMetricsSchema>;

export interface EvaluatedCase {
  patientId: string;
  label: Label;
  /** Calibrated probability of PNEUMONIA. */
  probability: number;
}

const bootstrap = { resamples: 1000, seed: 20_250_101 };

/**
 * Metrics of a model's calibrated probabilities at its threshold.
 * Intervals: DeLong's for the AUC, images grouped by patient, and Wilson's for proportions, which takes images as
 * independent; both are widened, at either end, to the interval of a bootstrap over patients (1,000 resamples, fixed
 * seed) where that reaches further. F1 and ECE have the bootstrap's. Nothing here throws for a missing class: the figure is null.
 * @param options another bootstrap; without resamples F1 and ECE have no interval
 * @throws RangeError for NaN probabilities
 */
export function evaluateCases(
  cases: readonly EvaluatedCase[],
  threshold: number,
  options: BootstrapOptions = bootstrap,
): EvaluationMetrics {
  const { labels, probabilities } = columns(cases);
  const matrix = confusionMatrix(labels, probabilities, threshold);
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = matrix;
  const positives = truePositives + falseNegatives;
  const negatives = trueNegatives + falsePositives;
  const { a } = delong({ labels, a: probabilities, patients: cases.map((item) => item.patientId) });
  const formulas = {
    auc: { value: a.value, low: a.low, high: a.high },
    accuracy: wilson(truePositives + trueNegatives, positives + negatives),
    sensitivity: wilson(truePositives, positives),
    specificity: wilson(trueNegatives, negatives),
    precision: wilson(truePositives, truePositives + falsePositives),
  };
  const resampled = bootstrapAllByPatient(cases, (sample) => figures(sample, threshold), options);
  const ofPatients = (figure: (typeof figureNames)[number]): Interval =>
    resampled[figureNames.indexOf(figure)] ?? { value: null, low: null, high: null };
  return {
    n: cases.length,
    patients: new Set(cases.map((item) => item.patientId)).size,
    positives,
    auc: wider(formulas.auc, ofPatients("auc")),
    accuracy: wider(formulas.accuracy, ofPatients("accuracy")),
    sensitivity: wider(formulas.sensitivity, ofPatients("sensitivity")),
    specificity: wider(formulas.specificity, ofPatients("specificity")),
    precision: wider(formulas.precision, ofPatients("precision")),
    f1: aroundItsValue(ofPatients("f1")),
    ece: aroundItsValue(ofPatients("ece")),
  };
}

const figureNames = ["auc", "accuracy", "sensitivity", "specificity", "precision", "f1", "ece"] as const;
const ofMatrix: Record<string, (matrix: ConfusionMatrix) => number | null> = {
  accuracy,
  sensitivity,
  specificity,
  precision,
  f1,
};

/** In the order of figureNames. */
function figures(cases: readonly EvaluatedCase[], threshold: number): (number | null)[] {
  const { labels, probabilities } = columns(cases);
  const matrix = confusionMatrix(labels, probabilities, threshold);
  return figureNames.map((name) => {
    if (name === "auc") return auc(labels, probabilities);
    if (name === "ece") return expectedCalibrationError(labels, probabilities);
    return ofMatrix[name]?.(matrix) ?? null;
  });
}

function columns(cases: readonly EvaluatedCase[]): { labels: Uint8Array; probabilities: Float64Array } {
  return {
    labels: Uint8Array.from(cases, (item) => item.label),
    probabilities: Float64Array.from(cases, (item) => item.probability),
  };
}

/** The bootstrap of the ECE is biased upwards and may miss the value it belongs to. */
function aroundItsValue(interval: Interval): Interval {
  return wider({ value: interval.value, low: interval.value, high: interval.value }, interval);
}

function wider(a: Interval, b: Interval): Interval {
  const pick = (of: (...values: number[]) => number, x: number | null, y: number | null) =>
    x === null ? y : y === null ? x : of(x, y);
  return { value: a.value, low: pick(Math.min, a.low, b.low), high: pick(Math.max, a.high, b.high) };
}
