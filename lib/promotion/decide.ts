import { z } from "zod";
import { delong } from "@/lib/metrics/delong";
import { type EvaluationMetrics, evaluateCases, evaluationMetricsSchema } from "@/lib/metrics/evaluate-cases";
import { calibratedProbability } from "@/lib/prediction/interpret";
import type { CasePrediction } from "@/lib/training/job";

/** A model's logits on the held-out cases, with the calibration and threshold it is or would be published with. */
export interface Contender {
  predictions: readonly CasePrediction[];
  temperature: number;
  threshold: number;
}

export interface PromotionRules {
  /** One-sided level of the paired DeLong test. */
  significance: number;
  /** How much sensitivity a challenger may lose, as a share. */
  sensitivityMargin: number;
  /** For the intervals of the reported metrics; no rule depends on it. */
  bootstrapResamples: number;
}

export const defaultRules: PromotionRules = {
  significance: 0.05,
  sensitivityMargin: 0.01,
  bootstrapResamples: 1000,
};

const ruleResultSchema = z.strictObject({
  rule: z.enum(["same-cases", "auc-better", "sensitivity-kept"]),
  passed: z.boolean(),
  detail: z.string().describe("one sentence with the figures"),
  values: z.record(z.string(), z.number().nullable()),
});
export type RuleResult = z.infer<typeof ruleResultSchema>;

export const promotionDecisionSchema = z.strictObject({
  decision: z.enum(["promote", "keep"]),
  rules: z.array(ruleResultSchema),
  champion: evaluationMetricsSchema,
  challenger: evaluationMetricsSchema,
  aucDifference: z.strictObject({
    value: z.number().nullable().describe("AUC of the challenger minus the champion's"),
    low: z.number().nullable(),
    high: z.number().nullable(),
    p: z.number().nullable().describe("one-sided, of a challenger that is not better"),
    champion: z.number().nullable(),
    challenger: z.number().nullable(),
    readingsPerImage: z
      .int()
      .describe("1 for the image as it is, and 1 for each condition it was perturbed by"),
  }),
});
export type PromotionDecision = z.infer<typeof promotionDecisionSchema>;

/**
 * Whether a challenger replaces the champion. All three rules must pass, else the champion is kept:
 * 1. same-cases: both were run on the same held-out cases, of both classes, and every logit is finite;
 * 2. auc-better: the challenger's AUC is higher, by a paired DeLong test at one-sided 5 %. Where the cases were also
 *    read under perturbation, all readings are pooled; readings and images are grouped by patient;
 * 3. sensitivity-kept: at its own threshold the challenger loses at most one percentage point of sensitivity.
 * Undefined figures fail their rule. Predictions of other splits than "test" are ignored.
 * @returns plain JSON; the order of predictions does not matter
 */
export function decide(
  contenders: { champion: Contender; challenger: Contender },
  rules: Partial<PromotionRules> = {},
): PromotionDecision {
  const { significance, sensitivityMargin, bootstrapResamples } = { ...defaultRules, ...rules };
  const champion = heldOut(contenders.champion);
  const challenger = heldOut(contenders.challenger);
  const metrics = {
    champion: evaluate(champion, bootstrapResamples),
    challenger: evaluate(challenger, bootstrapResamples),
  };
  const sameCases = checkSameCases(champion.predictions, challenger.predictions);
  const aucDifference = sameCases.passed
    ? compareAuc(champion.predictions, challenger.predictions)
    : noDifference;
  const results = [
    sameCases,
    checkAuc(aucDifference, significance),
    checkSensitivity(metrics, sensitivityMargin),
  ];
  return {
    decision: results.every((result) => result.passed) ? "promote" : "keep",
    rules: results,
    ...metrics,
    aucDifference,
  };
}

function heldOut(contender: Contender): Contender {
  const predictions = contender.predictions
    .filter((item) => item.split === "test")
    .sort((a, b) => (a.caseId < b.caseId ? -1 : a.caseId > b.caseId ? 1 : 0));
  return { ...contender, predictions };
}

function evaluate({ predictions, temperature, threshold }: Contender, resamples: number): EvaluationMetrics {
  const cases = predictions
    .filter((item) => Number.isFinite(item.logit))
    .map(({ patientId, label, logit }) => ({
      patientId,
      label,
      probability: calibratedProbability(logit, temperature),
    }));
  return evaluateCases(cases, threshold, { resamples, seed: 1 });
}

function checkSameCases(
  champion: readonly CasePrediction[],
  challenger: readonly CasePrediction[],
): RuleResult {
  const problem = sameCasesProblem(champion, challenger);
  const positives = champion.filter((item) => item.label === 1).length;
  return {
    rule: "same-cases",
    passed: problem === null,
    detail:
      problem ?? `Both were run on the same ${champion.length} held-out images, ${positives} with pneumonia.`,
    values: { championCases: champion.length, challengerCases: challenger.length },
  };
}

/** Both sorted by caseId. */
function sameCasesProblem(
  champion: readonly CasePrediction[],
  challenger: readonly CasePrediction[],
): string | null {
  if (champion.length === 0) return "The champion was run on no held-out images.";
  for (let at = 0; at < Math.max(champion.length, challenger.length); at++) {
    const [ours, theirs] = [champion[at], challenger[at]];
    if (!ours || !theirs || ours.caseId !== theirs.caseId) {
      const missing = !theirs || (ours && ours.caseId < theirs.caseId) ? ours : theirs;
      const by = missing === ours ? "challenger" : "champion";
      return `The ${by} was not run on ${missing?.caseId}, so the two cannot be compared.`;
    }
    if (ours.label !== theirs.label || ours.patientId !== theirs.patientId) {
      return `${ours.caseId} has another label or patient for the challenger than for the champion.`;
    }
    if (champion[at - 1]?.caseId === ours.caseId) return `${ours.caseId} is counted twice.`;
    const [champions, challengers] = [readings(ours), readings(theirs)];
    if (champions.length !== challengers.length) {
      return `${ours.caseId} was read ${champions.length} times by the champion and ${challengers.length} by the challenger.`;
    }
    const strange = (logits: number[]) => logits.find((logit) => !Number.isFinite(logit));
    if (strange(champions) !== undefined)
      return `The champion's logit for ${ours.caseId} is ${strange(champions)}.`;
    if (strange(challengers) !== undefined)
      return `The challenger's logit for ${ours.caseId} is ${strange(challengers)}.`;
  }
  for (const [label, name] of ["NORMAL", "PNEUMONIA"].entries()) {
    if (!champion.some((item) => item.label === label))
      return `There are no held-out images of class ${name}.`;
  }
  return null;
}

const noDifference = {
  value: null,
  low: null,
  high: null,
  p: null,
  champion: null,
  challenger: null,
  readingsPerImage: 1,
};

/** All readings of one image: as it is, then under each condition. */
const readings = ({ logit, perturbedLogits = [] }: CasePrediction) => [logit, ...perturbedLogits];

/** Of two models on the same cases in the same order. p is one-sided, of a challenger that is not better. */
export function compareAuc(
  champion: readonly CasePrediction[],
  challenger: readonly CasePrediction[],
): PromotionDecision["aucDifference"] {
  const perReading = <T>(value: (item: CasePrediction) => T) =>
    champion.flatMap((item) => readings(item).map(() => value(item)));
  const { a, b, difference } = delong({
    labels: perReading((item) => item.label),
    a: challenger.flatMap(readings),
    b: champion.flatMap(readings),
    patients: perReading((item) => item.patientId),
  });
  if (!difference || !b) return noDifference;
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

function checkAuc(
  { value, low, high, p, champion, challenger, readingsPerImage }: PromotionDecision["aucDifference"],
  significance: number,
): RuleResult {
  const passed = value !== null && p !== null && value > 0 && p < significance;
  const scope = readingsPerImage > 1 ? ` over ${readingsPerImage} readings of each image` : "";
  const aucs = `AUC ${figure(challenger)} against the champion's ${figure(champion)}${scope}`;
  const test = p === null ? "" : `, one-sided p ${p < 0.0001 ? "< 0.0001" : `= ${p.toFixed(4)}`}`;
  return {
    rule: "auc-better",
    passed,
    detail: `${aucs}${test}: ${passed ? "better" : "not shown to be better"} at the ${significance * 100} % level.`,
    values: { champion, challenger, difference: value, low, high, p, significance, readingsPerImage },
  };
}

function checkSensitivity(
  { champion, challenger }: { champion: EvaluationMetrics; challenger: EvaluationMetrics },
  margin: number,
): RuleResult {
  const [before, after] = [champion.sensitivity.value, challenger.sensitivity.value];
  const change = before === null || after === null ? null : after - before;
  // 0.94 − 0.95 is a hair below −0.01.
  const passed = change !== null && change >= -margin - 1e-9;
  return {
    rule: "sensitivity-kept",
    passed,
    detail:
      `Sensitivity ${figure(after)} against the champion's ${figure(before)}, each at its own threshold: ` +
      `${passed ? "within" : "not within"} the ${figure(margin)} that may be lost.`,
    values: { champion: before, challenger: after, change, margin },
  };
}

function figure(value: number | null): string {
  return value === null ? "undefined" : value.toFixed(4);
}
