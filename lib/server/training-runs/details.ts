import { and, eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { decisions, runSteps } from "@/drizzle/schema";
import { differencesFromPreset } from "@/lib/training/differences";
import { type TrainResult, trainResultSchema } from "@/lib/training/job";
import { presetNamed } from "@/lib/training/training-config";
import { lastNoted } from "./annotate";
import { runLineage } from "./lineage";
import { runReferrers } from "./referrers";
import { listEpochs, listStages, requireRun } from "./runs";

/** All that is on record about a run but for its log, its predictions and its files. @throws RUN_NOT_FOUND */
export async function runDetails(db: Database, id: string) {
  const { searchText: _, ...run } = await requireRun(db, id);
  const [epochs, [decision], stages, trained, lineage, referrers, noted] = await Promise.all([
    listEpochs(db, id),
    db.select().from(decisions).where(eq(decisions.runId, id)),
    listStages(db, id),
    trainResultOf(db, id),
    runLineage(db, run),
    runReferrers(db, id),
    lastNoted(db, id),
  ]);
  return {
    run,
    epochs,
    decision: decision ?? null,
    stages,
    /** What the training found besides its weights; null before it ends, and where Inngest keeps the journal. */
    trained: trained && trainingFigures(trained),
    /** Whether the configuration's preset is one that is known here. */
    hasPreset: presetNamed(run.config.preset) !== undefined,
    differences: differencesFromPreset(run.config),
    lineage,
    referrers,
    noted,
  };
}

function trainingFigures(trained: TrainResult) {
  const { bestEpoch, temperature, threshold, uncertainBand, imagesPerSecond, weightsSizeBytes } = trained;
  const { trainingImages, trainingPatients, durationMs } = trained;
  return {
    bestEpoch,
    temperature,
    threshold,
    uncertainBand,
    trainingImages,
    trainingPatients,
    durationMs,
    imagesPerSecond,
    weightsSizeBytes,
  };
}

/** What the trainer answered, from the journal of the run's steps. */
export async function trainResultOf(db: Database, runId: string): Promise<TrainResult | null> {
  const [step] = await db
    .select({ output: runSteps.output })
    .from(runSteps)
    .where(and(eq(runSteps.runId, runId), eq(runSteps.name, "train")));
  const parsed = trainResultSchema.safeParse(step?.output?.value);
  return parsed.success ? parsed.data : null;
}
