import { z } from "zod";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { canonicalBytes, digestOfSync } from "@/lib/manifest";
import { comparisonConditions } from "@/lib/training/job";

const share = z.number().min(0).max(1);
const oneSidedConfidence = z.number().gt(0.5).lt(1);

/** Names a generated set: the held-out images under one of the comparison's conditions, as in "held-out: gamma 1.6". */
export const heldOutPrefix = "held-out: ";

const evaluationSetRuleSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .describe("a registered evaluation set, or “held-out: ” and a condition of the comparison"),
    sensitivityMargin: share.describe("what may be lost on this set against the champion"),
    aucMargin: share.describe("the same of the AUC"),
    minPatientsPerClass: z.int().min(2).describe("with fewer, nothing can be said about this set"),
    required: z
      .boolean()
      .describe("whether the champion is kept where the set is missing or too small to say anything"),
    weight: z
      .number()
      .min(0)
      .max(100)
      .describe("of its AUC difference in auc-better, where the held-out patients have 1; 0 leaves it out"),
  })
  .superRefine(({ name, weight }, context) => {
    if (!name.startsWith(heldOutPrefix)) return;
    if (!comparisonConditions.includes(name.slice(heldOutPrefix.length)))
      context.addIssue({
        code: "custom",
        path: ["name"],
        message: `there is no condition like that; there are: ${comparisonConditions.join(", ")}`,
      });
    if (weight > 0)
      context.addIssue({
        code: "custom",
        path: ["weight"],
        message: "the held-out patients count in auc-better already, under every condition",
      });
  });
export type EvaluationSetRule = z.infer<typeof evaluationSetRuleSchema>;

/** The document that says when a challenger replaces the champion; its digest is stored with every decision. */
export const promotionPolicySchema = z.strictObject({
  schema: z.literal("pneumoscope.promotion-policy/1"),
  mode: z
    .enum(["automatic", "review", "plain-accuracy"])
    .describe(
      "automatic: what passes is published; review: an admin approves it first; " +
        "plain-accuracy: whatever is more accurate is published, for comparison only",
    ),
  ledger: z.strictObject({
    budget: share.gt(0).describe("chance of ever promoting a model that is no better"),
    halfSpentAfterLooks: z.int().min(1).describe("after so many looks half of the budget is spent"),
  }),
  superiority: z.strictObject({
    test: z
      .enum(["auc", "errors", "either"])
      .describe("paired DeLong, exact McNemar over patients, or each of them at half of the level"),
  }),
  sensitivity: z.strictObject({
    margin: share.describe("what may be lost against the champion, and against the reference"),
    confidence: oneSidedConfidence.describe("of the lower bound of the paired difference"),
    referenceSerial: z
      .int()
      .min(1)
      .describe("the frozen version that no sequence of promotions may drift away from"),
  }),
  calibration: z.strictObject({
    measure: z.enum(["brier", "ece"]),
    margin: share.describe("how much higher than the champion's it may be"),
  }),
  subgroups: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        caseIdContains: z.string().min(1).describe("lower case; marks the subgroup's images"),
        sensitivityFloor: share,
        minPatients: z.int().min(1).describe("with fewer, the floor is neither kept nor broken"),
      }),
    )
    .max(20),
  evaluationSets: z
    .array(evaluationSetRuleSchema)
    .max(20)
    .refine((sets) => new Set(sets.map(({ name }) => name)).size === sets.length, "a set is named twice")
    .default([]),
  refusal: z
    .strictObject({ mostRefused: share.describe("of held-out radiographs, by the challenger") })
    .default({ mostRefused: 0.02 }),
  parity: z
    .strictObject({
      images: z.int().min(1).max(1000).describe("held-out images that both backends read"),
      tolerance: z.number().gt(0).describe("largest difference of a logit"),
    })
    .default({ images: 32, tolerance: 0.01 }),
  whenInsufficient: z
    .enum(["report", "block"])
    .describe("what a subgroup or check that nothing can be said about does to a promotion"),
  requiredChecks: z.array(z.enum(["integrity", "parity"])),
  review: z
    .strictObject({ approvals: z.int().min(1).max(2) })
    .optional()
    .describe("in review mode: how many different admins must approve; absent: one"),
});
export type PromotionPolicy = z.infer<typeof promotionPolicySchema>;

/** What holds where no other policy is given. docs/promotion-policy.md has the figures behind each number. */
export const defaultPolicy: PromotionPolicy = {
  schema: "pneumoscope.promotion-policy/1",
  mode: "automatic",
  ledger: { budget: 0.05, halfSpentAfterLooks: 50 },
  superiority: { test: "auc" },
  sensitivity: { margin: 0.02, confidence: 0.95, referenceSerial: 1 },
  calibration: { measure: "brier", margin: 0.01 },
  subgroups: [
    { name: "bacteria", caseIdContains: "bacteria", sensitivityFloor: 0.85, minPatients: 30 },
    { name: "virus", caseIdContains: "virus", sensitivityFloor: 0.85, minPatients: 30 },
  ],
  evaluationSets: [],
  refusal: { mostRefused: 0.02 },
  parity: { images: 32, tolerance: 0.01 },
  whenInsufficient: "report",
  requiredChecks: ["integrity", "parity"],
};

/** SHA-256 of the policy's canonical JSON. */
export function policyDigest(policy: PromotionPolicy): Digest {
  return digestOfSync(canonicalBytes(policy));
}

/** @throws CONFIG_INVALID naming the source and every field that is wrong */
export function parsePolicy(text: string, source: string): PromotionPolicy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new PneumoscopeError("CONFIG_INVALID", `The promotion policy ${source} is not JSON.`, { cause });
  }
  const parsed = promotionPolicySchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `The promotion policy ${source} is not valid: ${z.prettifyError(parsed.error)}. docs/promotion-policy.md describes each field.`,
  );
}
