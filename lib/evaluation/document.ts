import { z } from "zod";
import type { Digest } from "@/lib/artifacts/store";
import { canonicalBytes, digestOfSync, digestSchema } from "@/lib/manifest";
import { evaluationMetricsSchema } from "@/lib/metrics/evaluate-cases";
import { intervalSchema } from "@/lib/metrics/interval";

const count = z.int().min(0);
const share = z.number().min(0).max(1);

export const figuresSchema = z.strictObject({
  ...evaluationMetricsSchema.shape,
  confusion: z.strictObject({
    truePositives: count,
    falsePositives: count,
    trueNegatives: count,
    falseNegatives: count,
  }),
  averagePrecision: intervalSchema,
  brier: intervalSchema,
  brierParts: z
    .strictObject({
      reliability: z.number(),
      resolution: z.number(),
      uncertainty: z.number(),
      withinBins: z.number(),
    })
    .nullable()
    .describe("reliability − resolution + uncertainty + withinBins is the Brier score"),
});
export type Figures = z.infer<typeof figuresSchema>;

export const subgroupFiguresSchema = z.strictObject({
  name: z.string().min(1),
  images: count,
  patients: count,
  sensitivity: intervalSchema,
  auc: intervalSchema.describe("of the subgroup's positives against all negatives"),
});

export const conditionFiguresSchema = z.strictObject({
  condition: z.string().min(1),
  auc: intervalSchema,
  sensitivity: intervalSchema,
  specificity: intervalSchema,
});
export type ConditionFigures = z.infer<typeof conditionFiguresSchema>;

/** What one model version does on one set of labelled images. Its digest is that of its canonical JSON. */
export const evaluationDocumentSchema = z.strictObject({
  schema: z.literal("pneumoscope.evaluation/1"),
  model: z.strictObject({
    version: z.string().nullable().describe("null for a challenger that is not published"),
    weightsDigest: digestSchema,
    temperature: z.number().gt(0),
    threshold: share,
  }),
  set: z.strictObject({
    name: z.string().min(1),
    digest: digestSchema.describe("of the images, their patients and labels"),
    unreadable: count.describe("files that could not be read and are left out of every figure"),
  }),
  engine: z.string(),
  all: figuresSchema,
  refused: z
    .strictObject({
      images: count,
      positives: count,
      share: intervalSchema,
      byReason: z.record(z.string(), count),
      without: figuresSchema.describe("the figures of the images that the page would read"),
    })
    .nullable()
    .describe("images that the page would refuse to read; null where nobody looked"),
  subgroups: z.array(subgroupFiguresSchema),
  conditions: z
    .array(conditionFiguresSchema)
    .describe("first the images as they are; empty where not measured"),
  curves: z.strictObject({
    roc: z.array(
      z.strictObject({
        threshold: share.nullable().describe("null at the first point, where nothing is called"),
        falsePositiveRate: share,
        truePositiveRate: share,
      }),
    ),
    precisionRecall: z.array(z.strictObject({ threshold: share, recall: share, precision: share })),
    reliability: z.array(
      z.strictObject({
        low: share,
        high: share,
        images: count,
        meanProbability: share.nullable(),
        positives: intervalSchema,
      }),
    ),
  }),
});
export type EvaluationDocument = z.infer<typeof evaluationDocumentSchema>;

/** The bytes that are stored and hashed. */
export function documentBytes(document: EvaluationDocument): Uint8Array {
  return canonicalBytes(document);
}

export function documentDigest(document: EvaluationDocument): Digest {
  return digestOfSync(documentBytes(document));
}
