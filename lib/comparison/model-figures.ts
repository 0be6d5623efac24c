import { descendingOrder, rocCurve } from "@/lib/metrics/auc";
import { brier, expectedCalibrationError } from "@/lib/metrics/calibration";
import { type ConfusionMatrix, confusionMatrix, f1 } from "@/lib/metrics/confusion-matrix";
import { delong } from "@/lib/metrics/delong";
import type { EvaluationMetrics } from "@/lib/metrics/evaluate-cases";
import { type Interval, wilson } from "@/lib/metrics/interval";
import { averageOf, precisionRecallCurve } from "@/lib/metrics/precision-recall";
import { type ReliabilityBin, reliabilityBins } from "@/lib/metrics/reliability";
import { calibratedProbability } from "@/lib/prediction/interpret";
import type { CasePrediction } from "@/lib/training/job";
import { type Place, thinCurve } from "./thin-curve";

/** A model on the held-out images of a dataset version, with the calibration and threshold that it has, where known. */
export interface ScoredModel {
  predictions: readonly CasePrediction[];
  temperature: number | null;
  /** Calibrated probability from which a case is called. */
  threshold: number | null;
}

/** Figures that need no threshold. */
export interface RankFigures {
  images: number;
  patients: number;
  positives: number;
  auc: Interval;
  averagePrecision: number | null;
  /** [false positive rate, sensitivity] from (0, 0) to (1, 1). */
  roc: Place[];
}

export interface RankCurves extends RankFigures {
  /** [recall, precision]. */
  precisionRecall: Place[];
}

/** Figures of calibrated probabilities at a threshold. */
export interface CalledFigures {
  temperature: number;
  threshold: number;
  metrics: Pick<EvaluationMetrics, "accuracy" | "sensitivity" | "specificity" | "precision">;
  f1: number | null;
  ece: number | null;
  brier: number | null;
  confusion: ConfusionMatrix;
  reliability: ReliabilityBin[];
  /** Counts by label over `histogramBins` equal bins of probability. */
  histogram: { normal: number[]; pneumonia: number[] };
}

export const histogramBins = 20;

/**
 * What can be said of a model without its threshold. The AUC's interval is DeLong's, images grouped by patient.
 * Predictions whose logit is not finite are left out.
 * @param points at most so many a curve
 */
export function rankFigures(predictions: readonly CasePrediction[], points: number): RankFigures {
  const { precisionRecall: _, ...figures } = rank(predictions, points);
  return figures;
}

/** The same with the precision-recall curve. */
export function rankCurves(predictions: readonly CasePrediction[], points: number): RankCurves {
  const { precisionRecall, ...figures } = rank(predictions, points);
  return {
    ...figures,
    precisionRecall: thinCurve(
      precisionRecall.map(({ recall, precision }): Place => [recall, precision]),
      points,
    ),
  };
}

function rank(predictions: readonly CasePrediction[], points: number) {
  const finite = predictions.filter(({ logit }) => Number.isFinite(logit));
  const labels = finite.map(({ label }) => label);
  const logits = finite.map(({ logit }) => logit);
  const patients = finite.map(({ patientId }) => patientId);
  const { value, low, high } = delong({ labels, a: logits, patients }).a;
  const order = descendingOrder(logits);
  const precisionRecall = precisionRecallCurve(labels, logits, order);
  return {
    images: finite.length,
    patients: new Set(patients).size,
    positives: labels.filter((label) => label === 1).length,
    auc: { value, low, high },
    averagePrecision: averageOf(precisionRecall),
    roc: thinCurve(
      rocCurve(labels, logits, order).map(
        ({ falsePositiveRate, truePositiveRate }): Place => [falsePositiveRate, truePositiveRate],
      ),
      points,
    ),
    precisionRecall,
  };
}

/**
 * What needs calibration and threshold; null where either is not known. Intervals are Wilson's: a page is not the place
 * for a bootstrap, so F1, ECE and Brier score have none here.
 */
export function calledFigures({ predictions, temperature, threshold }: ScoredModel): CalledFigures | null {
  if (temperature === null || threshold === null) return null;
  const cases = predictions
    .filter(({ logit }) => Number.isFinite(logit))
    .map(({ logit, label }) => ({
      label,
      probability: calibratedProbability(logit, temperature),
    }));
  const labels = cases.map(({ label }) => label);
  const probabilities = cases.map(({ probability }) => probability);
  const confusion = confusionMatrix(labels, probabilities, threshold);
  return {
    temperature,
    threshold,
    metrics: proportions(confusion),
    f1: f1(confusion),
    ece: expectedCalibrationError(labels, probabilities),
    brier: brier(labels, probabilities),
    confusion,
    reliability: reliabilityBins(labels, probabilities),
    histogram: { normal: countsOf(labels, probabilities, 0), pneumonia: countsOf(labels, probabilities, 1) },
  };
}

function proportions(confusion: ConfusionMatrix): CalledFigures["metrics"] {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const [positives, negatives] = [truePositives + falseNegatives, trueNegatives + falsePositives];
  return {
    accuracy: wilson(truePositives + trueNegatives, positives + negatives),
    sensitivity: wilson(truePositives, positives),
    specificity: wilson(trueNegatives, negatives),
    precision: wilson(truePositives, truePositives + falsePositives),
  };
}

function countsOf(labels: readonly number[], probabilities: readonly number[], label: 0 | 1): number[] {
  const counts = new Array<number>(histogramBins).fill(0);
  for (const [at, probability] of probabilities.entries()) {
    if (labels[at] !== label) continue;
    const bin = Math.min(histogramBins - 1, Math.floor(probability * histogramBins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
