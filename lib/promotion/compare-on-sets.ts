import { normalTail, standardNormalQuantile } from "@/lib/metrics/interval";
import { type CasePrediction, comparisonConditions } from "@/lib/training/job";
import { type Contender, compareSensitivity, probabilities } from "./contender";
import { type EvaluationSetFigures, pairedDelong, type WeightedAuc } from "./figures";
import { type EvaluationSetRule, heldOutPrefix, type PromotionPolicy } from "./policy";
import { sameCasesProblem } from "./same-cases";

/** What both models say of a registered evaluation set. */
export interface SetPredictions {
  name: string;
  champion: readonly CasePrediction[];
  challenger: readonly CasePrediction[];
}

interface Pair {
  champion: Contender;
  challenger: Contender;
}

/** The figures of each set that the policy names. Sets that it does not name decide nothing. */
export function compareOnSets(
  pair: Pair,
  sets: readonly SetPredictions[],
  policy: PromotionPolicy,
): EvaluationSetFigures[] {
  return policy.evaluationSets.map((rule) => compareOnSet(rule, resolve(rule, pair, sets), pair, policy));
}

/** The held-out images under a condition are a set that nobody has to register. */
function resolve({ name }: EvaluationSetRule, pair: Pair, sets: readonly SetPredictions[]) {
  if (!name.startsWith(heldOutPrefix)) return sets.find((set) => set.name === name) ?? null;
  const at = comparisonConditions.indexOf(name.slice(heldOutPrefix.length));
  const variant = ({ predictions }: Contender) =>
    predictions.map(({ perturbedLogits, ...item }) => ({
      ...item,
      logit: perturbedLogits?.[at] ?? Number.NaN,
    }));
  return { name, champion: variant(pair.champion), challenger: variant(pair.challenger) };
}

function compareOnSet(
  { name }: EvaluationSetRule,
  found: SetPredictions | null,
  { champion, challenger }: Pair,
  { sensitivity: { confidence } }: PromotionPolicy,
): EvaluationSetFigures {
  const before: Contender = { ...champion, predictions: sorted(found?.champion ?? []) };
  const after: Contender = { ...challenger, predictions: sorted(found?.challenger ?? []) };
  const problem =
    found === null
      ? "no evaluation set of that name was read"
      : sameCasesProblem(before.predictions, after.predictions);
  if (problem !== null) return { name, problem, patientsPerClass: 0, ...nothing };
  const quantile = standardNormalQuantile(confidence);
  const { a, b, difference } = pairedDelong(before.predictions, after.predictions);
  return {
    name,
    problem,
    patientsPerClass: Math.min(...[0, 1].map((label) => countPatients(before.predictions, label))),
    sensitivity: compareSensitivity(
      probabilities(before),
      before.threshold,
      probabilities(after),
      after.threshold,
      confidence,
    ),
    auc: {
      before: b?.value ?? null,
      after: a.value,
      value: difference?.value ?? null,
      lowerBound: difference && Math.max(-1, difference.value - quantile * Math.sqrt(difference.variance)),
      variance: difference?.variance ?? null,
    },
  };
}

const nothing = {
  sensitivity: { before: null, after: null, value: null, lowerBound: null, patients: 0 },
  auc: { before: null, after: null, value: null, lowerBound: null, variance: null },
};

/**
 * The AUC differences on the held-out patients (weight 1, all their readings) and on each set with a weight, as one
 * weighted mean. No patient is in two of them, so the variance of the mean is Σ wᵢ²·varᵢ / (Σ wᵢ)². Weights are fixed
 * before anything is read; a set that should count and cannot be compared makes the whole mean unknown.
 */
export function weighAuc(
  { champion, challenger }: Pair,
  sets: readonly EvaluationSetFigures[],
  policy: PromotionPolicy,
): WeightedAuc | "insufficient" | null {
  const rules = policy.evaluationSets.filter((rule) => rule.weight > 0);
  if (rules.length === 0) return null;
  const { difference } = pairedDelong(champion.predictions, challenger.predictions);
  if (!difference) return "insufficient";
  const parts = [
    { name: "held-out patients", weight: 1, value: difference.value, variance: difference.variance },
  ];
  for (const rule of rules) {
    const set = sets.find(({ name }) => name === rule.name);
    const { value = null, variance = null } = set?.auc ?? {};
    if (!set || set.patientsPerClass < rule.minPatientsPerClass || value === null || variance === null)
      return "insufficient";
    parts.push({ name: rule.name, weight: rule.weight, value, variance });
  }
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const value = parts.reduce((sum, part) => sum + part.weight * part.value, 0) / total;
  const deviation = Math.sqrt(parts.reduce((sum, part) => sum + part.weight ** 2 * part.variance, 0)) / total;
  return {
    value,
    // Without any variance nothing is known of chance: that is no evidence.
    p: deviation > 0 ? normalTail(value / deviation) : 1,
    shares: parts.slice(1).map(({ name, weight }) => ({ name, share: weight / total })),
  };
}

function sorted(predictions: readonly CasePrediction[]): CasePrediction[] {
  return [...predictions].sort((a, b) => (a.caseId < b.caseId ? -1 : a.caseId > b.caseId ? 1 : 0));
}

function countPatients(predictions: readonly CasePrediction[], label: number): number {
  return new Set(predictions.filter((item) => item.label === label).map((item) => item.patientId)).size;
}
