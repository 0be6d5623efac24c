import type { EvaluatedCase } from "@/lib/metrics/evaluate-cases";
import { standardNormalQuantile } from "@/lib/metrics/interval";
import { type PatientCalls, pairedSensitivity } from "@/lib/metrics/paired-sensitivity";
import { calibratedProbability } from "@/lib/prediction/interpret";
import type { CasePrediction } from "@/lib/training/job";
import type { SensitivityComparison } from "./figures";

/** A model's logits on the held-out cases, with the calibration and threshold it is or would be published with. */
export interface Contender {
  predictions: readonly CasePrediction[];
  temperature: number;
  threshold: number;
}

export interface ReadCase extends EvaluatedCase {
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

/** Of two models on the same cases in the same order, each at its own threshold. */
export function compareSensitivity(
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
