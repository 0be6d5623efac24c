import { z } from "zod";
import { type EvaluationMetrics, evaluateCases, evaluationMetricsSchema } from "@/lib/metrics/evaluate-cases";
import { compare } from "./compare";
import type { SetPredictions } from "./compare-on-sets";
import { type Contender, probabilities } from "./contender";
import { noAucComparison } from "./figures";
import { defaultPolicy, type PromotionPolicy } from "./policy";
import {
  applyRules,
  type Checks,
  mustPass,
  type RefusedHeldOut,
  type RuleResult,
  ruleResultSchema,
} from "./rules";
import { sameCasesProblem } from "./same-cases";

export type { SetPredictions } from "./compare-on-sets";
export type { Contender } from "./contender";

export const promotionDecisionSchema = z.strictObject({
  decision: z
    .enum(["promote", "review", "keep"])
    .describe("review: it passed, and a person has to approve it"),
  rules: z.array(ruleResultSchema),
  champion: evaluationMetricsSchema,
  challenger: evaluationMetricsSchema,
  evaluationSets: z
    .array(
      z.strictObject({
        name: z.string(),
        champion: evaluationMetricsSchema,
        challenger: evaluationMetricsSchema,
      }),
    )
    .describe("both on every registered evaluation set, whether the policy names it or not"),
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

export interface Contenders {
  champion: Contender;
  challenger: Contender;
  /** The policy's frozen version; "is-champion" where the champion has its weights. */
  reference: Contender | "is-champion";
}

export interface DecideOptions {
  policy?: PromotionPolicy;
  /** What the ledger gave this look; see alpha-ledger.ts. The plain rule needs none. */
  level: number;
  checks?: Checks;
  /** Both models on each registered evaluation set. */
  evaluationSets?: readonly SetPredictions[];
  refusedHeldOut?: RefusedHeldOut;
  /** Why there is nothing to test; the champion is then kept. */
  nothingNew?: string | null;
  /** For the intervals of the reported metrics; no rule depends on it. */
  bootstrapResamples?: number;
}

/**
 * Whether a challenger replaces the champion under a policy: every rule must pass, else the champion is kept. A rule
 * about which nothing can be said never passes; the policy says whether that alone keeps the champion.
 * docs/promotion-policy.md describes the rules. Predictions of other splits than "test" are ignored.
 * @returns plain JSON; the order of predictions does not matter
 */
export function decide(contenders: Contenders, options: DecideOptions): PromotionDecision {
  const { policy = defaultPolicy, bootstrapResamples = 1000, evaluationSets: sets = [] } = options;
  const champion = heldOut(contenders.champion);
  const challenger = heldOut(contenders.challenger);
  const reference = contenders.reference === "is-champion" ? "is-champion" : heldOut(contenders.reference);
  const metrics = {
    champion: evaluate(champion, bootstrapResamples),
    challenger: evaluate(challenger, bootstrapResamples),
    evaluationSets: sets.map(({ name, ...sides }) => ({
      name,
      champion: evaluate({ ...champion, predictions: sides.champion }, bootstrapResamples),
      challenger: evaluate({ ...challenger, predictions: sides.challenger }, bootstrapResamples),
    })),
  };
  const first = [checkSameCases(champion, challenger, reference), checkNew(options.nothingNew ?? null)];
  if (first.some((rule) => rule.blocks))
    return { decision: "keep", rules: first, ...metrics, aucDifference: noAucComparison };
  const figures = compare({ champion, challenger, reference }, policy, sets);
  const rules = [...first, ...applyRules(figures, policy, options)];
  const passes = rules.every((rule) => !rule.blocks);
  return {
    decision: passes ? (policy.mode === "review" ? "review" : "promote") : "keep",
    rules,
    ...metrics,
    aucDifference: figures.auc,
  };
}

function heldOut(contender: Contender): Contender {
  const predictions = contender.predictions
    .filter((item) => item.split === "test")
    .sort((a, b) => (a.caseId < b.caseId ? -1 : a.caseId > b.caseId ? 1 : 0));
  return { ...contender, predictions };
}

function evaluate(contender: Contender, resamples: number): EvaluationMetrics {
  const finite = contender.predictions.filter((item) => Number.isFinite(item.logit));
  const cases = probabilities({ ...contender, predictions: finite });
  return evaluateCases(cases, contender.threshold, { resamples, seed: 1 });
}

function checkSameCases(
  { predictions: champion }: Contender,
  { predictions: challenger }: Contender,
  reference: Contender | "is-champion",
): RuleResult {
  const problem =
    sameCasesProblem(champion, challenger) ??
    (reference === "is-champion" ? null : sameCasesProblem(champion, reference.predictions, "reference"));
  const positives = champion.filter((item) => item.label === 1).length;
  return mustPass(
    "same-cases",
    problem === null,
    problem ?? `Both were run on the same ${champion.length} held-out images, ${positives} with pneumonia.`,
    { championCases: champion.length, challengerCases: challenger.length },
  );
}

function checkNew(nothingNew: string | null): RuleResult {
  return mustPass(
    "something-new",
    nothingNew === null,
    nothingNew ?? "The challenger was not compared before.",
  );
}
