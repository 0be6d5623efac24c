import { z } from "zod";
import { probabilityBins } from "@/lib/in-use/statistics";
import { refusalSchema } from "@/lib/prediction/refusal";
import { trainingConfigSchema } from "./config";
import { provenanceSchema } from "./provenance";

const digest = z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]);

export const splitSchema = z.enum(["train", "validation", "test"]);
export type Split = z.infer<typeof splitSchema>;

/** One image's outcome under one model. `label` and the prediction are 0 for NORMAL and 1 for PNEUMONIA. */
export const casePredictionSchema = z.strictObject({
  caseId: z.string(),
  patientId: z.string(),
  split: splitSchema,
  label: z.union([z.literal(0), z.literal(1)]),
  logit: z.number(),
  perturbedLogits: z
    .array(z.number())
    .optional()
    .describe("of the same image under each of the job's conditions, in their order"),
});
export type CasePrediction = z.infer<typeof casePredictionSchema>;

export const epochMetricsSchema = z.strictObject({
  epoch: z.int().min(1),
  train_loss: z.number(),
  train_accuracy: z.number(),
  val_loss: z.number(),
  val_accuracy: z.number(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  specificity: z.number().nullable(),
  f1: z.number().nullable(),
  auc: z.number().nullable(),
  learningRate: z.number(),
  durationMs: z.number(),
});
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;

/** Also the name of a folder: no ".." is one. */
const jobId = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,79}$/);

/** The model starts from a safetensors artifact, complete or with layer4's 3×3 convolutions missing. */
export const trainJobSchema = z.strictObject({
  kind: z.literal("train"),
  jobId,
  datasetDigest: digest.describe("artifact: DatasetListing JSON; images are artifacts too"),
  initialWeightsDigest: digest,
  config: trainingConfigSchema,
  callbackUrl: z.url().optional(),
});
export type TrainJob = z.infer<typeof trainJobSchema>;

const knownAnswersSchema = z.array(z.strictObject({ seed: z.int(), size: z.int(), logit: z.number() }));

export const evaluateJobSchema = z.strictObject({
  kind: z.literal("evaluate"),
  jobId,
  datasetDigest: digest,
  weightsDigest: digest,
  imageSize: z.int(),
  views: trainingConfigSchema.shape.views,
  splits: z.array(splitSchema).min(1),
  conditions: z.array(z.string()).optional().describe("perturbations under which every case is scored too"),
  parity: z
    .strictObject({
      images: z.int().min(1).describe("so many of the cases are read on the page's backend too"),
      knownAnswers: knownAnswersSchema.describe("which the same backend has to reproduce"),
    })
    .optional(),
  callbackUrl: z.url().optional(),
});
export type EvaluateJob = z.infer<typeof evaluateJobSchema>;

/**
 * Under which held-out images are compared besides as they are. One hospital's own images saturate: two models that
 * differ elsewhere both order them almost perfectly. Names are those of trainer/data/perturb.ts.
 */
export const comparisonConditions = [
  "stretched wide 1.25",
  "squeezed flat 0.8",
  "framed closer 1.2",
  "half resolution",
  "gamma 1.6",
  "probe: aspect ratios swapped",
];

export const trainerJobSchema = z.discriminatedUnion("kind", [trainJobSchema, evaluateJobSchema]);
export type TrainerJob = z.infer<typeof trainerJobSchema>;

export const trainResultSchema = z.strictObject({
  kind: z.literal("train"),
  engine: z.string(),
  weightsDigest: digest.describe("fp16 safetensors artifact: what is published"),
  weightsSizeBytes: z.int(),
  bestEpoch: z.int(),
  epochs: z.array(epochMetricsSchema),
  temperature: z.number().gt(0).describe("fitted on validation patients"),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .describe("calibrated probability, for the target sensitivity on validation patients"),
  validationProbabilities: z
    .array(z.int().min(0))
    .length(probabilityBins)
    .optional()
    .describe("validation images by calibrated probability; absent from trainers of before it was reported"),
  uncertainBand: z.strictObject({ low: z.number(), high: z.number() }).describe("on validation patients"),
  refusal: refusalSchema,
  knownAnswers: knownAnswersSchema,
  provenance: provenanceSchema.optional().describe("absent from trainers of before it was reported"),
  trainingImages: z.int(),
  trainingPatients: z.int(),
  durationMs: z.number(),
  imagesPerSecond: z.number(),
  features: z
    .strictObject({ read: z.int().min(0), computed: z.int().min(0), damaged: z.int().min(0) })
    .optional()
    .describe("views whose frozen layers' output an earlier run had kept, and those that were computed"),
});
export type TrainResult = z.infer<typeof trainResultSchema>;

/** The same weights on the trainer's engine and as the page runs them without a GPU. */
export const paritySchema = z.strictObject({
  backend: z.string(),
  images: z.int().min(0),
  maxDifference: z.number().nullable().describe("of a logit; null where one was not finite"),
  knownAnswers: z.int().min(0),
  knownAnswersMaxDifference: z.number().nullable().describe("from what was recorded when the model was made"),
});
export type Parity = z.infer<typeof paritySchema>;

export const evaluateResultSchema = z.strictObject({
  kind: z.literal("evaluate"),
  engine: z.string(),
  predictionsDigest: digest.describe("artifact: CasePrediction[] as JSON"),
  cases: z.int(),
  parity: paritySchema.optional(),
  durationMs: z.number(),
});
export type EvaluateResult = z.infer<typeof evaluateResultSchema>;

export const trainerResultSchema = z.discriminatedUnion("kind", [trainResultSchema, evaluateResultSchema]);
export type TrainerResult = z.infer<typeof trainerResultSchema>;

export const jobStateSchema = z.enum(["queued", "running", "succeeded", "failed", "cancelled"]);

/** `done` and `total` count images in the current phase. */
export const jobProgressSchema = z.strictObject({
  phase: z.string(),
  epoch: z.int().optional(),
  epochs: z.int().optional(),
  done: z.int(),
  total: z.int(),
  imagesPerSecond: z.number().optional(),
  loss: z.number().optional(),
  epochMetrics: epochMetricsSchema.optional().describe("present once, when an epoch ends"),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** What a job that has ended keeps to be taken up again. */
export const jobCheckpointSchema = z.strictObject({ jobId: z.string(), sizeBytes: z.int().min(0) });
export type JobCheckpoint = z.infer<typeof jobCheckpointSchema>;

export const jobStatusSchema = z.strictObject({
  jobId: z.string(),
  kind: z.enum(["train", "evaluate"]),
  state: jobStateSchema,
  engine: z.string().optional(),
  progress: jobProgressSchema.optional(),
  epochs: z.array(epochMetricsSchema),
  result: trainerResultSchema.optional(),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
});
export type JobStatus = z.infer<typeof jobStatusSchema>;
