import { brier, expectedCalibrationError } from "@/lib/metrics/calibration";
import { subgroupSensitivity } from "@/lib/metrics/subgroup-sensitivity";
import { compareOnSets, type SetPredictions, weighAuc } from "./compare-on-sets";
import { type Contender, compareSensitivity, probabilities, type ReadCase } from "./contender";
import { type ComparisonFigures, compareAuc } from "./figures";
import type { PromotionPolicy } from "./policy";

/** The figures of two (three) models on the same cases in the same order. */
export function compare(
  {
    champion,
    challenger,
    reference,
  }: { champion: Contender; challenger: Contender; reference: Contender | null | "is-champion" },
  policy: PromotionPolicy,
  sets: readonly SetPredictions[] = [],
): ComparisonFigures {
  const [before, after] = [probabilities(champion), probabilities(challenger)];
  const confidence = policy.sensitivity.confidence;
  const evaluationSets = compareOnSets({ champion, challenger }, sets, policy);
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
    evaluationSets,
    weightedAuc: weighAuc({ champion, challenger }, evaluationSets, policy),
  };
}

function calibrationOf(cases: readonly ReadCase[], measure: "brier" | "ece"): number | null {
  const labels = cases.map((item) => item.label);
  const scores = cases.map((item) => item.probability);
  return measure === "brier" ? brier(labels, scores) : expectedCalibrationError(labels, scores);
}

/** Whether a case is called what it is not, at a threshold. */
export const isWrong = ({ label, probability }: ReadCase, threshold: number) =>
  (probability >= threshold ? 1 : 0) !== label;

function accuracyOf(cases: readonly ReadCase[], threshold: number): number | null {
  if (cases.length === 0) return null;
  return 1 - cases.filter((item) => isWrong(item, threshold)).length / cases.length;
}

/**
 * Of two models on the same cases in the same order, each at its own threshold. A patient counts once, however many
 * images: McNemar's test takes its pairs as independent.
 */
export function changedPatients(
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
