import { brier, expectedCalibrationError } from "@/lib/metrics/calibration";
import type { EvaluatedCase } from "@/lib/metrics/evaluate-cases";
import { standardNormalQuantile } from "@/lib/metrics/interval";
import { type PatientCalls, pairedSensitivity } from "@/lib/metrics/paired-sensitivity";
import { subgroupSensitivity } from "@/lib/metrics/subgroup-sensitivity";
import { calibratedProbability } from "@/lib/prediction/interpret";
import type { CasePrediction } from "@/lib/training/job";
import { type ComparisonFigures, compareAuc, type SensitivityComparison } from "./figures";
import type { PromotionPolicy } from "./policy";

/** A model's logits on the held-out cases, with the calibration and threshold it is or would be published with. */
export interface Contender {
  predictions: readonly CasePrediction[];
  temperature: number;
  threshold: number;
}

interface ReadCase extends EvaluatedCase {
  caseId: string;
}

/** Calibrated probabilities of the image as it is, in the order of the predictions. */
export function probabilities({ predictions, temperature }: Contender): ReadCase[] {
  return predictions.map(({ caseId, patientId, label, logit }) => ({
    caseId,
    patientId,
    label,
    probability: calibratedProbability(logit, temperature),
  }));
}

/** The figures of two (three) models on the same cases in the same order. */
export function compare(
  {
    champion,
    challenger,
    reference,
  }: { champion: Contender; challenger: Contender; reference: Contender | null | "is-champion" },
  policy: PromotionPolicy,
): ComparisonFigures {
  const [before, after] = [probabilities(champion), probabilities(challenger)];
  const confidence = policy.sensitivity.confidence;
  return {
    images: before.length,
    positives: before.filter((item) => item.label === 1).length,
    auc: compareAuc(champion.predictions, challenger.predictions),
    errors: changedPatients(before, champion.threshold, after, challenger.threshold),
    accuracy: {
      before: accuracyOf(before, champion.threshold),
      after: accuracyOf(after, challenger.threshold),
    },
    sensitivity: compareSensitivity(before, champion.threshold, after, challenger.threshold, confidence),
    reference:
      reference === null || reference === "is-champion"
        ? reference
        : compareSensitivity(
            probabilities(reference),
            reference.threshold,
            after,
            challenger.threshold,
            confidence,
          ),
    calibration: {
      before: calibrationOf(before, policy.calibration.measure),
      after: calibrationOf(after, policy.calibration.measure),
    },
    subgroups: policy.subgroups.map(({ name, caseIdContains }) => ({
      name,
      ...subgroupSensitivity(after, challenger.threshold, (item) =>
        item.caseId.toLowerCase().includes(caseIdContains),
      ),
    })),
  };
}

function calibrationOf(cases: readonly ReadCase[], measure: "brier" | "ece"): number | null {
  const labels = cases.map((item) => item.label);
  const scores = cases.map((item) => item.probability);
  return measure === "brier" ? brier(labels, scores) : expectedCalibrationError(labels, scores);
}

const isWrong = ({ label, probability }: ReadCase, threshold: number) =>
  (probability >= threshold ? 1 : 0) !== label;

function accuracyOf(cases: readonly ReadCase[], threshold: number): number | null {
  if (cases.length === 0) return null;
  return 1 - cases.filter((item) => isWrong(item, threshold)).length / cases.length;
}

/** A patient counts once, however many images: McNemar's test takes its pairs as independent. */
function changedPatients(
  before: readonly ReadCase[],
  thresholdBefore: number,
  after: readonly ReadCase[],
  thresholdAfter: number,
): ComparisonFigures["errors"] {
  const net = new Map<string, number>();
  for (const [at, item] of before.entries()) {
    const change =
      Number(isWrong(item, thresholdBefore)) - Number(isWrong(after[at] as ReadCase, thresholdAfter));
    net.set(item.patientId, (net.get(item.patientId) ?? 0) + change);
  }
  const changes = [...net.values()];
  return {
    gains: changes.filter((change) => change > 0).length,
    losses: changes.filter((change) => change < 0).length,
  };
}

function compareSensitivity(
  before: readonly ReadCase[],
  thresholdBefore: number,
  after: readonly ReadCase[],
  thresholdAfter: number,
  confidence: number,
): SensitivityComparison {
  const patients = new Map<string, PatientCalls>();
  const total = { positives: 0, before: 0, after: 0 };
  for (const [at, item] of before.entries()) {
    if (item.label !== 1) continue;
    const patient = patients.get(item.patientId) ?? { positives: 0, calledByA: 0, calledByB: 0 };
    const [called, calledBefore] = [
      Number((after[at] as ReadCase).probability >= thresholdAfter),
      Number(item.probability >= thresholdBefore),
    ];
    patient.positives++;
    patient.calledByA += called;
    patient.calledByB += calledBefore;
    patients.set(item.patientId, patient);
    total.positives++;
    total.before += calledBefore;
    total.after += called;
  }
  const difference = pairedSensitivity(patients.values(), standardNormalQuantile(confidence));
  const shareOf = (called: number) => (total.positives > 0 ? called / total.positives : null);
  return {
    before: shareOf(total.before),
    after: shareOf(total.after),
    value: difference.value,
    lowerBound: difference.low,
    patients: difference.patients,
  };
}
