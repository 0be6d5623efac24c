import { eq } from "drizzle-orm";
import { type TrainingRun, trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { recordEpochs } from "@/lib/server/training-runs/runs";
import type { TrainJob, TrainResult } from "@/lib/training/job";
import { type Champion, type RunContext, stage } from "./run-context";

/** What the trainer is asked for. */
export function trainJob(run: TrainingRun, datasetDigest: Digest, champion: Champion): TrainJob {
  return {
    kind: "train",
    jobId: `${run.id}-train`,
    datasetDigest,
    initialWeightsDigest: champion.weightsDigest,
    config: run.config,
  };
}

/** Enters what the trainer answered into the run's record. */
export async function recordTraining(context: RunContext, trained: TrainResult): Promise<null> {
  const { db, store, run } = context;
  await stage(context, "record");
  await store.get(trained.weightsDigest);
  await recordEpochs(db, run.id, trained.epochs);
  const { engine, weightsDigest, validationProbabilities = null, provenance = null } = trained;
  await db
    .update(trainingRuns)
    .set({ engine, weightsDigest, validationProbabilities, provenance })
    .where(eq(trainingRuns.id, run.id));
  await stage(context, "evaluate");
  return null;
}
