import { type DelongResult, delong } from "@/lib/metrics/delong";
import type { SubgroupSensitivity } from "@/lib/metrics/subgroup-sensitivity";
import type { CasePrediction } from "@/lib/training/job";

/** Paired DeLong of the challenger against the champion. Nulls where it is undefined. */
export interface AucComparison {
  /** AUC of the challenger minus the champion's. */
  value: number | null;
  low: number | null;
  high: number | null;
  /** One-sided, of a challenger that is not better. */
  p: number | null;
  champion: number | null;
  challenger: number | null;
  readingsPerImage: number;
}

export interface SensitivityComparison {
  before: number | null;
  after: number | null;
  value: number | null;
  /** One-sided lower bound of `value` at the policy's confidence. */
  lowerBound: number | null;
  patients: number;
}

/** Two models on a set that the policy names. */
export interface EvaluationSetFigures {
  name: string;
  /** Why the two cannot be compared on it; null where they can. */
  problem: string | null;
  /** Of the class that has fewer; 0 where the set is missing. */
  patientsPerClass: number;
  sensitivity: SensitivityComparison;
  auc: {
    before: number | null;
    after: number | null;
    value: number | null;
    /** One-sided, at the confidence of the policy's sensitivity rule. */
    lowerBound: number | null;
    variance: number | null;
  };
}

/** The weighted mean of AUC differences, on the held-out patients and on sets whose patients are others. */
export interface WeightedAuc {
  value: number;
  /** One-sided, of a challenger that is not better by this mean. */
  p: number;
  /** Of the weights' sum, the part of each set; the held-out patients have the rest. */
  shares: { name: string; share: number }[];
}

/** Everything that a policy's rules look at; made from predictions by compare.ts, or by a simulation. */
export interface ComparisonFigures {
  images: number;
  positives: number;
  auc: AucComparison;
  /** Patients of whose images the challenger reads fewer (more) wrong than the champion, each at its own threshold. */
  errors: { gains: number; losses: number };
  accuracy: { before: number | null; after: number | null };
  sensitivity: SensitivityComparison;
  /** Against the frozen reference; "is-champion" where that is what it was compared with already. */
  reference: SensitivityComparison | "is-champion" | null;
  calibration: { before: number | null; after: number | null };
  subgroups: ({ name: string } & SubgroupSensitivity)[];
  /** In the order of the policy. */
  evaluationSets: EvaluationSetFigures[];
  /** Null where no set has a weight; "insufficient" where one that has cannot be compared. */
  weightedAuc: WeightedAuc | "insufficient" | null;
}

export const noAucComparison: AucComparison = {
  value: null,
  low: null,
  high: null,
  p: null,
  champion: null,
  challenger: null,
  readingsPerImage: 1,
};

/** All readings of one image: as it is, then under each condition. */
export const readings = ({ logit, perturbedLogits = [] }: CasePrediction): number[] => [
  logit,
  ...perturbedLogits,
];

/** Of two models on the same cases in the same order. p is one-sided, of a challenger that is not better. */
export function compareAuc(
  champion: readonly CasePrediction[],
  challenger: readonly CasePrediction[],
): AucComparison {
  const { a, b, difference } = pairedDelong(champion, challenger);
  if (!difference || !b) return noAucComparison;
  const { value, low, high, variance, pGreater } = difference;
  const perfectByChance = variance === 0 && value > 0;
  return {
    value,
    low,
    high,
    p: perfectByChance ? chanceOfPerfectOrder(champion) : pGreater,
    champion: b.value,
    challenger: a.value,
    readingsPerImage: champion[0] ? readings(champion[0]).length : 1,
  };
}

/** DeLong of the challenger (a) against the champion (b), all readings of a patient as one draw. */
export function pairedDelong(
  champion: readonly CasePrediction[],
  challenger: readonly CasePrediction[],
): DelongResult {
  const perReading = <T>(value: (item: CasePrediction) => T) =>
    champion.flatMap((item) => readings(item).map(() => value(item)));
  return delong({
    labels: perReading((item) => item.label),
    a: challenger.flatMap(readings),
    b: champion.flatMap(readings),
    patients: perReading((item) => item.patientId),
  });
}

/**
 * Where DeLong's variance is 0, every case of the challenger wins the same: in practice it is in perfect order and
 * the champion's scores are tied or reversed. The exact test then gives 1 / C(m + n, m) for m and n patients, the chance
 * that a random order is perfect, which keeps a handful of cases from deciding anything.
 */
function chanceOfPerfectOrder(predictions: readonly CasePrediction[]): number {
  const patients = (label: number) =>
    new Set(predictions.filter((item) => item.label === label).map((item) => item.patientId)).size;
  const [negatives, positives] = [patients(0), patients(1)];
  let chance = 1;
  for (let k = 1; k <= positives; k++) chance *= k / (negatives + k);
  return chance;
}
