import { z } from "zod";
import { auc } from "@/lib/metrics/auc";
import { confusionMatrix, sensitivity, specificity } from "@/lib/metrics/confusion-matrix";
import { delong } from "@/lib/metrics/delong";
import { type Interval, wilson } from "@/lib/metrics/interval";

/** What a fold's model said of one image that it was not trained on. */
export const outOfFoldCaseSchema = z.strictObject({
  caseId: z.string(),
  patientId: z.string(),
  label: z.union([z.literal(0), z.literal(1)]),
  probability: z.number().describe("calibrated on the fold's validation patients"),
});
export type OutOfFoldCase = z.infer<typeof outOfFoldCaseSchema>;

export const foldResultSchema = z.strictObject({
  fold: z.int().min(1),
  trainImages: z.int(),
  trainPatients: z.int(),
  threshold: z.number().describe("for the target sensitivity on the fold's validation patients"),
  durationMs: z.number(),
  cases: z.array(outOfFoldCaseSchema),
});
export type FoldResult = z.infer<typeof foldResultSchema>;

export interface FoldFigures {
  fold: number;
  trainImages: number;
  images: number;
  patients: number;
  auc: number | null;
  sensitivity: number | null;
  specificity: number | null;
}

/** Over folds; null where a fold lacks a class. */
export interface Spread {
  mean: number | null;
  /** Sample standard deviation over folds, n − 1. It is no standard error: folds share training images. */
  deviation: number | null;
  low: number | null;
  high: number | null;
}

export interface CrossValidationSummary {
  folds: FoldFigures[];
  spread: Record<"auc" | "sensitivity" | "specificity", Spread>;
  pooled: {
    images: number;
    patients: number;
    /** Of all out-of-fold probabilities together; DeLong's interval, images grouped by patient. */
    auc: Interval;
    /** Wilson's intervals, images taken as independent. */
    sensitivity: Interval;
    specificity: Interval;
  };
}

/** @param results one per fold, in any order; every case in exactly one of them */
export function summariseFolds(results: readonly FoldResult[]): CrossValidationSummary {
  const folds = [...results].sort((a, b) => a.fold - b.fold).map(figuresOf);
  const cases = results.flatMap((result) => result.cases);
  const matrices = results.map(matrixOf);
  const sum = (key: keyof (typeof matrices)[number]) =>
    matrices.reduce((total, matrix) => total + matrix[key], 0);
  const { a } = delong({
    labels: cases.map((item) => item.label),
    a: cases.map((item) => item.probability),
    patients: cases.map((item) => item.patientId),
  });
  return {
    folds,
    spread: {
      auc: spreadOf(folds.map((fold) => fold.auc)),
      sensitivity: spreadOf(folds.map((fold) => fold.sensitivity)),
      specificity: spreadOf(folds.map((fold) => fold.specificity)),
    },
    pooled: {
      images: cases.length,
      patients: countPatients(cases),
      auc: { value: a.value, low: a.low, high: a.high },
      sensitivity: wilson(sum("truePositives"), sum("truePositives") + sum("falseNegatives")),
      specificity: wilson(sum("trueNegatives"), sum("trueNegatives") + sum("falsePositives")),
    },
  };
}

function figuresOf(result: FoldResult): FoldFigures {
  const { fold, trainImages, cases } = result;
  const matrix = matrixOf(result);
  return {
    fold,
    trainImages,
    images: cases.length,
    patients: countPatients(cases),
    auc: auc(
      cases.map((item) => item.label),
      cases.map((item) => item.probability),
    ),
    sensitivity: sensitivity(matrix),
    specificity: specificity(matrix),
  };
}

function matrixOf({ cases, threshold }: FoldResult) {
  return confusionMatrix(
    cases.map((item) => item.label),
    cases.map((item) => item.probability),
    threshold,
  );
}

function countPatients(cases: readonly OutOfFoldCase[]): number {
  return new Set(cases.map((item) => item.patientId)).size;
}

function spreadOf(values: (number | null)[]): Spread {
  const known = values.filter((value) => value !== null);
  if (known.length < values.length || known.length < 2) {
    return { mean: null, deviation: null, low: null, high: null };
  }
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: Math.sqrt(squares / (known.length - 1)),
    low: Math.min(...known),
    high: Math.max(...known),
  };
}

/** As a Markdown table, figures to four places. */
export function crossValidationTable({ folds, spread, pooled }: CrossValidationSummary): string {
  const figure = (value: number | null) => value?.toFixed(4) ?? "–";
  const interval = ({ value, low, high }: Interval) => `${figure(value)} (${figure(low)}–${figure(high)})`;
  const row = (...cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  const over = (key: keyof Spread) =>
    [spread.auc, spread.sensitivity, spread.specificity].map((item) => figure(item[key]));
  return [
    row("fold", "trained on", "images", "patients", "AUC", "sensitivity", "specificity"),
    "|---|---|---|---|---|---|---|",
    ...folds.map((fold) =>
      row(
        fold.fold,
        fold.trainImages,
        fold.images,
        fold.patients,
        figure(fold.auc),
        figure(fold.sensitivity),
        figure(fold.specificity),
      ),
    ),
    row("mean", "", "", "", ...over("mean")),
    row("standard deviation", "", "", "", ...over("deviation")),
    row("lowest", "", "", "", ...over("low")),
    row("highest", "", "", "", ...over("high")),
    row(
      "pooled",
      "",
      pooled.images,
      pooled.patients,
      interval(pooled.auc),
      interval(pooled.sensitivity),
      interval(pooled.specificity),
    ),
  ].join("\n");
}
