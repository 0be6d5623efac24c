import * as z from "zod";
import type { Digest } from "@/lib/artifacts/store";
import { evaluationMetricsSchema } from "@/lib/metrics/evaluate-cases";
import { bandRatesSchema } from "@/lib/metrics/uncertain-band";
import { refusalSchema } from "@/lib/prediction/refusal";

/** "sha256:" and 64 lower-case hex digits. */
export const digestSchema: z.ZodType<Digest> = z.templateLiteral([
  "sha256:",
  z.string().regex(/^[0-9a-f]{64}$/),
]);

const triple = z.tuple([z.number(), z.number(), z.number()]);
const positiveTriple = z.tuple([z.number().gt(0), z.number().gt(0), z.number().gt(0)]);

/** Everything a reader of a model version needs to run it and to judge it. */
export const modelManifestSchema = z.strictObject({
  schema: z.literal("pneumoscope.model-version/2"),
  version: z.string().min(1).max(80),
  serial: z
    .int()
    .min(1)
    .describe("grows by one with every publication; a page never goes back to a lower one"),
  createdAt: z.iso.datetime(),
  architecture: z.literal("resnet18"),
  classes: z.tuple([z.literal("NORMAL"), z.literal("PNEUMONIA")]),
  preprocessing: z.strictObject({
    size: z.int().min(32).max(512).describe("side of the square input, in pixels"),
    resize: z.literal("triangle-antialiased"),
    intensity: z.literal("stretch-1-99").describe("1st and 99th percentile become black and white"),
    mean: triple,
    std: positiveTriple,
  }),
  views: z
    .array(z.enum(["identity", "horizontal-flip"]))
    .min(1)
    .describe("the logit is the mean over these"),
  calibration: z.strictObject({
    temperature: z.number().gt(0).describe("probability = sigmoid(logit / temperature)"),
  }),
  threshold: z.strictObject({
    probability: z.number().min(0).max(1).describe("PNEUMONIA from here on"),
    targetSensitivity: z.number().gt(0).max(1),
    chosenOn: z.string().min(1),
  }),
  uncertainBand: z
    .strictObject({
      low: z.number().min(0).max(1),
      high: z.number().min(0).max(1),
      targetSensitivity: z.number().gt(0).max(1).describe("of calling everything from `low` on"),
      targetSpecificity: z.number().gt(0).max(1).describe("of calling nothing below `high`"),
      chosenOn: z.string().min(1),
      heldOut: bandRatesSchema,
    })
    .describe("probabilities from low to high are shown as uncertain, whichever side of the threshold"),
  refusal: refusalSchema.describe("images this far from the training radiographs get no probability"),
  population: z
    .strictObject({
      ageYears: z.tuple([z.number().min(0), z.number().min(0)]).describe("youngest and oldest trained on"),
      views: z.array(z.string().min(1)),
    })
    .describe("whom the model was trained on; a file that states otherwise is read with a caution"),
  knownAnswers: z
    .array(z.strictObject({ seed: z.int(), size: z.int().min(32).max(512), logit: z.number() }))
    .min(1)
    .describe("logits for seeded synthetic inputs; a backend must reproduce them before it is used"),
  weights: z.strictObject({
    digest: digestSchema,
    sizeBytes: z.int().min(1),
    format: z.literal("safetensors-fp16"),
    url: z.string().min(1),
  }),
  dataset: z.strictObject({
    digest: digestSchema,
    images: z.int().min(0),
    patients: z.int().min(0),
    heldOutImages: z.int().min(0),
    heldOutPatients: z.int().min(0),
  }),
  trainingRun: z.strictObject({
    id: z.string().min(1),
    preset: z.string().min(1),
    engine: z.string().min(1),
    seed: z.int(),
    durationMs: z.number().min(0),
  }),
  metrics: evaluationMetricsSchema.describe("on the held-out patients of the dataset version"),
  trainingData: z.strictObject({
    statement: z.string().min(1),
    licence: z.string().min(1),
    attribution: z.string().min(1),
    source: z.string().min(1),
    limits: z.array(z.string().min(1)),
  }),
  previousVersion: z.string().optional(),
  restoresVersion: z.string().optional().describe("set by a roll-back: the version whose weights these are"),
});
export type ModelManifest = z.infer<typeof modelManifestSchema>;

export const signedManifestSchema = z.strictObject({
  manifest: modelManifestSchema,
  signature: z.strictObject({
    keyId: z.string().regex(/^[0-9a-f]{16}$/),
    algorithm: z.literal("Ed25519"),
    value: z.base64(),
  }),
});
export type SignedManifest = z.infer<typeof signedManifestSchema>;
