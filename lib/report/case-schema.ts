import { z } from "zod";
import { digestSchema } from "@/lib/manifest/schema";

const share = z.number().min(0).max(1);
const rate = z.strictObject({ value: share.nullable(), low: share.nullable(), high: share.nullable() });

/** What names the person of a case. A report carries it only where its reader asked for it. */
export const identitySchema = z.strictObject({
  fileName: z.string(),
  folder: z.string(),
  patientName: z.string().nullable(),
  patientId: z.string().nullable(),
  birthDate: z.string().nullable().describe("as the file writes it, YYYYMMDD"),
  sex: z.string().nullable(),
  accessionNumber: z.string().nullable(),
  studyDate: z.string().nullable(),
  studyUid: z.string().nullable(),
  seriesUid: z.string().nullable(),
  instanceUid: z.string().nullable(),
});

export const casePredictionSchema = z.strictObject({
  label: z.enum(["NORMAL", "PNEUMONIA"]),
  probability: share.describe("calibrated probability of PNEUMONIA"),
  threshold: share.describe("PNEUMONIA from here on"),
  uncertain: z.boolean().describe("whether the probability lies in the uncertain band"),
  uncertainBand: z.strictObject({ low: share, high: share }).nullable(),
  logit: z.number().describe("the network's output before calibration"),
  backend: z.string(),
});

export const caseModelSchema = z.strictObject({
  version: z.string(),
  serial: z.int().min(1),
  manifestDigest: z.string(),
  weightsDigest: digestSchema.nullable(),
  sensitivity: rate.nullable().describe("on held-out patients, at the threshold, with its 95 % interval"),
  specificity: rate.nullable(),
  heldOutPatients: z.int().min(0).nullable(),
  revoked: z
    .strictObject({ reason: z.string().min(1), revokedAt: z.iso.datetime() })
    .nullable()
    .describe("set where this version was revoked: its result must not be used"),
});

/** One reading, as every report tells it. */
export const caseReportSchema = z.strictObject({
  number: z.int().min(1).describe("place in the list it was exported from"),
  outcome: z.enum(["ok", "refused", "failed"]),
  readAt: z.iso.datetime(),
  file: z.strictObject({
    digest: z.string().nullable().describe("sha256:<hex> of the file's bytes"),
    sizeBytes: z.int().min(0).nullable(),
    format: z.string().nullable(),
    width: z.int().min(1).nullable(),
    height: z.int().min(1).nullable(),
    frame: z.int().min(1).describe("from 1"),
    frameCount: z.int().min(1),
    synthetic: z.boolean().describe("a drawn sample, not a patient"),
  }),
  prediction: casePredictionSchema.nullable(),
  model: caseModelSchema.nullable(),
  cautions: z.array(
    z.strictObject({ kind: z.enum(["modality", "view", "body-part", "age"]), value: z.string() }),
  ),
  refusal: z.array(
    z.strictObject({
      kind: z.enum(["colour", "shape", "content", "unlike-training"]),
      value: z.number(),
      limit: z.number(),
    }),
  ),
  failure: z.strictObject({ code: z.string(), message: z.string().nullable() }).nullable(),
  identity: identitySchema.nullable(),
});
