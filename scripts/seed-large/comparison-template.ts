import { decide, type PromotionDecision } from "@/lib/promotion/decide";
import { defaultPolicy, policyDigest } from "@/lib/promotion/policy";
import { createRandom } from "@/lib/random";
import { type CasePrediction, comparisonConditions } from "@/lib/training/job";

export { defaultPolicy, policyDigest };

/** What a decision looks like, from drawn predictions; one that promotes and one that keeps. */
export function comparisonTemplates(seed: number): { promote: PromotionDecision; keep: PromotionDecision } {
  const weak = drawPredictions(seed, 1.2);
  const strong = drawPredictions(seed, 3);
  const contender = (predictions: CasePrediction[]) => ({ predictions, temperature: 1, threshold: 0.5 });
  const options = { level: 0.05, bootstrapResamples: 50 };
  const against = (champion: CasePrediction[], challenger: CasePrediction[]) =>
    decide(
      {
        champion: contender(champion),
        challenger: contender(challenger),
        reference: "is-champion",
      },
      options,
    );
  return {
    promote: { ...against(weak, strong), decision: "promote" },
    keep: { ...against(strong, weak), decision: "keep" },
  };
}

function drawPredictions(seed: number, skill: number): CasePrediction[] {
  const random = createRandom(seed);
  return Array.from({ length: 300 }, (_, index) => {
    const label = index % 2 === 0 ? 1 : 0;
    const logit = skill * (label - 0.5) + random.normal();
    return {
      caseId: `case-${index}`,
      patientId: `patient-${index}`,
      split: "test",
      label,
      logit,
      perturbedLogits: comparisonConditions.map(() => logit + 0.2 * random.normal()),
    };
  });
}
