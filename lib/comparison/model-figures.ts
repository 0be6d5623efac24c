import { descendingOrder, rocCurve } from "@/lib/metrics/auc";
import { brier, expectedCalibrationError } from "@/lib/metrics/calibration";
import { type ConfusionMatrix, confusionMatrix, f1 } from "@/lib/metrics/confusion-matrix";
import { estimateAuc } from "@/lib/metrics/delong";
import type { EvaluationMetrics } from "@/lib/metrics/evaluate-cases";
import { type Interval, wilson } from "@/lib/metrics/interval";
import { averageOf, precisionRecallCurve } from "@/lib/metrics/precision-recall";
import { type ReliabilityBin, reliabilityBins } from "@/lib/metrics/reliability";
import type { CasePrediction } from "@/lib/training/job";
import { type Reader, readersOf } from "./reader";
import { type Place, thinCurve } from "./thin-curve";

/** Figures of a stored evaluation, whose intervals take the images of a patient together. */
export type RecordedFigures = Record<
  "accuracy" | "sensitivity" | "specificity" | "precision" | "f1" | "ece" | "brier" | "averagePrecision",
  Interval
>;

/** A model on the held-out images of a dataset version, with the calibration and threshold that it has, where known. */
export interface ScoredModel {
  predictions: readonly CasePrediction[];
  temperature: number | null;
  /** Calibrated probability from which a case is called. */
  threshold: number | null;
  /** Of its evaluation on these images, at this temperature and threshold; absent where none is on record. */
  recorded?: RecordedFigures | undefined;
}

/** Figures that need no threshold. */
export interface RankFigures {
  images: number;
  patients: number;
  positives: number;
  auc: Interval;
  averagePrecision: Interval;
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
  f1: Interval;
  ece: Interval;
  brier: Interval;
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
 * @param reader of the model, for a caller that has it
 */
export function rankFigures(
  model: ScoredModel,
  points: number,
  reader: Reader = oneReader(model),
): RankFigures {
  const { precisionRecall: _, ...figures } = rank(model, points, reader);
  return figures;
}

/** The same with the precision-recall curve. */
export function rankCurves(model: ScoredModel, points: number): RankCurves {
  const { precisionRecall, ...figures } = rank(model, points, oneReader(model));
  return {
    ...figures,
    precisionRecall: thinCurve(
      precisionRecall.map(({ recall, precision }): Place => [recall, precision]),
      points,
    ),
  };
}

function oneReader(model: ScoredModel): Reader {
  return readersOf([model])[0] as Reader;
}

function rank({ recorded }: ScoredModel, points: number, { predictions, placed }: Reader) {
  const { labels, patients, positives } = placed.cases;
  const logits = Float64Array.from(predictions, ({ logit }) => logit);
  const { value, low, high } = estimateAuc(placed);
  const order = descendingOrder(logits);
  const precisionRecall = precisionRecallCurve(labels, logits, order);
  return {
    images: predictions.length,
    patients,
    positives,
    auc: { value, low, high },
    averagePrecision: asRecorded(alone(averageOf(precisionRecall)), recorded?.averagePrecision),
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
 * What needs calibration and threshold; null where either is not known. Intervals are those of the recorded evaluation. A
 * page is not the place for a bootstrap: without a record proportions have Wilson's and F1, ECE and Brier score none.
 */
export function calledFigures(
  model: ScoredModel,
  { placed, probabilities }: Reader = oneReader(model),
): CalledFigures | null {
  const { temperature, threshold, recorded } = model;
  if (temperature === null || threshold === null || probabilities === null) return null;
  const { labels } = placed.cases;
  const confusion = confusionMatrix(labels, probabilities, threshold);
  return {
    temperature,
    threshold,
    metrics: proportions(confusion, recorded),
    f1: asRecorded(alone(f1(confusion)), recorded?.f1),
    ece: asRecorded(alone(expectedCalibrationError(labels, probabilities)), recorded?.ece),
    brier: asRecorded(alone(brier(labels, probabilities)), recorded?.brier),
    confusion,
    reliability: reliabilityBins(labels, probabilities),
    histogram: { normal: countsOf(labels, probabilities, 0), pneumonia: countsOf(labels, probabilities, 1) },
  };
}

const alone = (value: number | null): Interval => ({ value, low: null, high: null });

/** The recorded figure where it is the same one: an interval belongs to its value. */
function asRecorded(figure: Interval, recorded: Interval | undefined): Interval {
  if (!recorded || recorded.value === null || figure.value === null) return figure;
  return Math.abs(recorded.value - figure.value) < 1e-9 ? recorded : figure;
}

function proportions(
  confusion: ConfusionMatrix,
  recorded: RecordedFigures | undefined,
): CalledFigures["metrics"] {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const [positives, negatives] = [truePositives + falseNegatives, trueNegatives + falsePositives];
  return {
    accuracy: asRecorded(wilson(truePositives + trueNegatives, positives + negatives), recorded?.accuracy),
    sensitivity: asRecorded(wilson(truePositives, positives), recorded?.sensitivity),
    specificity: asRecorded(wilson(trueNegatives, negatives), recorded?.specificity),
    precision: asRecorded(wilson(truePositives, truePositives + falsePositives), recorded?.precision),
  };
}

function countsOf(labels: ArrayLike<number>, probabilities: Float64Array, label: 0 | 1): number[] {
  const counts = new Array<number>(histogramBins).fill(0);
  for (const [at, probability] of probabilities.entries()) {
    if (labels[at] !== label) continue;
    const bin = Math.min(histogramBins - 1, Math.floor(probability * histogramBins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
