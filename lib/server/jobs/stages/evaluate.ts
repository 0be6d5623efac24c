import type { Digest } from "@/lib/artifacts/store";
import { ensureWeightsStored } from "@/lib/node/current-model";
import { defaultPolicy } from "@/lib/promotion/policy";
import { findModelVersion } from "@/lib/server/model-versions/current";
import {
  comparisonConditions,
  type EvaluateJob,
  type EvaluateResult,
  type Parity,
  type TrainResult,
} from "@/lib/training/job";
import { hasPredictions, recordPredictions } from "../record-predictions";
import { evaluateStep, type Steps } from "../steps";
import type { Champion, RunContext } from "./run-context";

/**
 * Challenger, champion and the policy's frozen reference on the same held-out patients. What a published version said
 * about them before is not asked again.
 * @returns how the challenger's weights agree between the trainer's engine and the page's backend
 */
export async function evaluate(
  steps: Steps,
  context: RunContext,
  datasetDigest: Digest,
  champion: Champion,
  trained: TrainResult,
): Promise<Parity | null> {
  const { imageSize, views } = context.run.config;
  await evaluatePublished(steps, context, datasetDigest, "champion", champion.serial);
  const { mode, sensitivity, parity } = context.policy ?? defaultPolicy;
  if (mode !== "plain-accuracy")
    await evaluatePublished(steps, context, datasetDigest, "reference", sensitivity.referenceSerial);
  const read = await evaluateSide(steps, context, "challenger", {
    datasetDigest,
    weightsDigest: trained.weightsDigest,
    imageSize,
    views,
    ...(mode === "plain-accuracy"
      ? {}
      : { parity: { images: parity.images, knownAnswers: trained.knownAnswers } }),
  });
  return read.parity ?? null;
}

async function evaluatePublished(
  steps: Steps,
  context: RunContext,
  datasetDigest: Digest,
  side: "champion" | "reference",
  serial: number,
): Promise<void> {
  const { db, store } = context;
  const known = await steps.run(`look up ${side}'s predictions`, async () => {
    const { weightsDigest, signedManifest } = await findModelVersion(db, serial);
    const { preprocessing, views } = signedManifest.manifest;
    const isKnown = await hasPredictions(db, store, weightsDigest, datasetDigest);
    if (!isKnown) await ensureWeightsStored(store, weightsDigest);
    return { isKnown, weightsDigest, imageSize: preprocessing.size, views };
  });
  const { isKnown, ...model } = known;
  if (!isKnown) await evaluateSide(steps, context, side, { datasetDigest, ...model });
}

async function evaluateSide(
  steps: Steps,
  context: RunContext,
  side: "champion" | "reference" | "challenger",
  model: Pick<EvaluateJob, "datasetDigest" | "weightsDigest" | "imageSize" | "views" | "parity">,
): Promise<EvaluateResult> {
  const runId = context.run.id;
  const result = await evaluateStep(steps, `evaluate ${side}`, {
    kind: "evaluate",
    jobId: `${runId}-evaluate-${side}`,
    ...model,
    splits: ["test"],
    conditions: comparisonConditions,
  });
  const { weightsDigest, datasetDigest } = model;
  const { predictionsDigest } = result;
  await steps.run(`record ${side}'s predictions`, () =>
    recordPredictions(context, { runId, weightsDigest, datasetDigest, predictionsDigest }),
  );
  return result;
}
