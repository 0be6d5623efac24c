import type { Digest } from "@/lib/artifacts/store";
import { subgroup } from "@/lib/dataset/patient-key";
import { canonicalBytes, digestOfSync } from "@/lib/manifest";
import { type Label, rocCurve } from "@/lib/metrics/auc";
import { bootstrapAllByPatient } from "@/lib/metrics/bootstrap-by-patient";
import { brier } from "@/lib/metrics/calibration";
import { confusionMatrix } from "@/lib/metrics/confusion-matrix";
import { delong } from "@/lib/metrics/delong";
import { type EvaluatedCase, evaluateCases } from "@/lib/metrics/evaluate-cases";
import { type Interval, undefinedInterval, wilson } from "@/lib/metrics/interval";
import { averagePrecision, precisionRecallCurve } from "@/lib/metrics/precision-recall";
import { brierDecomposition, reliabilityBins } from "@/lib/metrics/reliability";
import { calibratedProbability } from "@/lib/prediction/interpret";
import type { ConditionFigures, EvaluationDocument, Figures } from "./document";

/** What a model said of one labelled image. */
export interface Reading {
  caseId: string;
  patientId: string;
  label: Label;
  logit: number;
  /** Of the same image under each condition, in their order. */
  perturbedLogits?: readonly number[];
  /** Why the page would not read it; null where it would. */
  refusedFor?: string | null;
}

export interface EvaluationRequest {
  model: EvaluationDocument["model"];
  set: EvaluationDocument["set"];
  engine: string;
  readings: readonly Reading[];
  /** Names of the conditions of `perturbedLogits`. */
  conditions?: readonly string[];
  bootstrapResamples?: number;
}

interface ReadCase extends EvaluatedCase {
  reading: Reading;
}

const asIs = "as it is";
const seed = 20_250_101;

/**
 * Every figure of a model on a set of labelled images. Intervals are 95 %, as evaluateCases describes; average
 * precision and Brier score have the bootstrap's over patients. The order of the readings does not matter.
 * @throws RangeError for logits that are not finite
 */
export function evaluateReadings(request: EvaluationRequest): EvaluationDocument {
  const { model, set, engine, conditions = [], bootstrapResamples: resamples = 1000 } = request;
  const readings = [...request.readings].sort((a, b) => compareText(a.caseId, b.caseId));
  const cases = readings.map((reading) => readCase(reading, reading.logit, model.temperature));
  const labels = cases.map((item) => item.label);
  const probabilities = cases.map((item) => item.probability);
  return {
    schema: "pneumoscope.evaluation/1",
    model,
    set,
    engine,
    all: figuresOf(cases, model.threshold, resamples),
    refused: refusedOf(cases, model.threshold, resamples),
    subgroups: subgroupsOf(cases, model.threshold),
    conditions: conditions.length > 0 ? conditionsOf(readings, conditions, model) : [],
    curves: {
      roc: rocCurve(labels, probabilities).map((point) => ({
        ...point,
        threshold: Number.isFinite(point.threshold) ? point.threshold : null,
      })),
      precisionRecall: precisionRecallCurve(labels, probabilities),
      reliability: reliabilityBins(labels, probabilities),
    },
  };
}

/** The digest of a set that is no dataset version: of its cases, each with its image, patient and label. */
export function digestOfCases(
  cases: readonly { caseId: string; patientId: string; label: Label; digest: Digest }[],
): Digest {
  const sorted = [...cases].sort((a, b) => compareText(a.caseId, b.caseId));
  return digestOfSync(
    canonicalBytes(
      sorted.map(({ caseId, patientId, label, digest }) => ({ caseId, patientId, label, digest })),
    ),
  );
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function readCase(reading: Reading, logit: number, temperature: number): ReadCase {
  if (!Number.isFinite(logit)) throw new RangeError(`the logit of ${reading.caseId} is ${logit}`);
  const { patientId, label } = reading;
  return { reading, patientId, label, probability: calibratedProbability(logit, temperature) };
}

function figuresOf(cases: readonly ReadCase[], threshold: number, resamples: number): Figures {
  const labels = cases.map((item) => item.label);
  const probabilities = cases.map((item) => item.probability);
  const [precision = undefinedInterval, score = undefinedInterval] = bootstrapAllByPatient(
    cases,
    (sample) => {
      const sampled = sample.map((item) => item.label);
      const predicted = sample.map((item) => item.probability);
      return [averagePrecision(sampled, predicted), brier(sampled, predicted)];
    },
    { resamples, seed },
  );
  return {
    ...evaluateCases(cases, threshold, { resamples, seed }),
    confusion: confusionMatrix(labels, probabilities, threshold),
    averagePrecision: around(precision),
    brier: around(score),
    brierParts: brierDecomposition(labels, probabilities),
  };
}

/** A bootstrap's interval may miss the value that it belongs to. */
function around({ value, low, high }: Interval): Interval {
  if (value === null || low === null || high === null) return { value, low, high };
  return { value, low: Math.min(low, value), high: Math.max(high, value) };
}

function refusedOf(
  cases: readonly ReadCase[],
  threshold: number,
  resamples: number,
): EvaluationDocument["refused"] {
  if (cases.some(({ reading }) => reading.refusedFor === undefined)) return null;
  const refused = cases.filter(({ reading }) => reading.refusedFor !== null);
  const byReason: Record<string, number> = {};
  for (const { reading } of refused) {
    const reason = reading.refusedFor ?? "";
    byReason[reason] = (byReason[reason] ?? 0) + 1;
  }
  const read = cases.filter(({ reading }) => reading.refusedFor === null);
  return {
    images: refused.length,
    positives: refused.filter((item) => item.label === 1).length,
    share: wilson(refused.length, cases.length),
    byReason,
    without: figuresOf(read, threshold, resamples),
  };
}

/** By the cause that a file name states; sets whose names state none have no subgroups. */
function subgroupsOf(cases: readonly ReadCase[], threshold: number): EvaluationDocument["subgroups"] {
  const negatives = cases.filter((item) => item.label === 0);
  return (["bacteria", "virus"] as const).flatMap((name) => {
    const members = cases.filter((item) => item.label === 1 && subgroup(item.reading.caseId) === name);
    if (members.length === 0) return [];
    return [
      {
        name,
        images: members.length,
        patients: new Set(members.map((item) => item.patientId)).size,
        sensitivity: wilsonShare(members, (probability) => probability >= threshold),
        auc: aucOf([...negatives, ...members]),
      },
    ];
  });
}

function conditionsOf(
  readings: readonly Reading[],
  conditions: readonly string[],
  { temperature, threshold }: EvaluationDocument["model"],
): ConditionFigures[] {
  return [asIs, ...conditions].map((condition, at) => {
    const cases = readings.map((reading) =>
      readCase(
        reading,
        at === 0 ? reading.logit : (reading.perturbedLogits?.[at - 1] ?? Number.NaN),
        temperature,
      ),
    );
    const [positives, negatives] = [1, 0].map((label) => cases.filter((item) => item.label === label));
    return {
      condition,
      auc: aucOf(cases),
      sensitivity: wilsonShare(positives ?? [], (probability) => probability >= threshold),
      specificity: wilsonShare(negatives ?? [], (probability) => probability < threshold),
    };
  });
}

function aucOf(cases: readonly ReadCase[]): Interval {
  const { value, low, high } = delong({
    labels: cases.map((item) => item.label),
    a: cases.map((item) => item.probability),
    patients: cases.map((item) => item.patientId),
  }).a;
  return { value, low, high };
}

function wilsonShare(cases: readonly ReadCase[], isRight: (probability: number) => boolean): Interval {
  return wilson(cases.filter((item) => isRight(item.probability)).length, cases.length);
}
