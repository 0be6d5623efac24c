import { and, asc, eq, ne } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import {
  alphaLedger,
  datasetVersions,
  decisions,
  modelVersions,
  type TrainingRun,
  trainingRuns,
} from "@/drizzle/schema";

const most = 50;

/** What a run came from, and what came of it or was judged by it. */
export async function runLineage(
  db: Database,
  run: Pick<TrainingRun, "id" | "datasetDigest" | "initialWeightsDigest" | "weightsDigest" | "retryOf">,
) {
  const { id, datasetDigest, initialWeightsDigest, weightsDigest } = run;
  const version = { version: modelVersions.version, serial: modelVersions.serial };
  const [datasets, parents, versions, judgedAgainst, successors, retries, looks] = await Promise.all([
    datasetDigest
      ? db
          .select({
            digest: datasetVersions.digest,
            images: datasetVersions.images,
            patients: datasetVersions.patients,
          })
          .from(datasetVersions)
          .where(eq(datasetVersions.digest, datasetDigest))
      : [],
    initialWeightsDigest
      ? db
          .select({ ...version, runId: modelVersions.runId })
          .from(modelVersions)
          .where(eq(modelVersions.weightsDigest, initialWeightsDigest))
          .orderBy(asc(modelVersions.serial))
          .limit(1)
      : [],
    weightsDigest
      ? db
          .select({ ...version, state: modelVersions.state })
          .from(modelVersions)
          .where(eq(modelVersions.weightsDigest, weightsDigest))
          .orderBy(asc(modelVersions.serial))
          .limit(most)
      : [],
    weightsDigest
      ? db
          .select({ runId: decisions.runId, outcome: decisions.outcome })
          .from(decisions)
          .where(eq(decisions.championWeightsDigest, weightsDigest))
          .orderBy(asc(decisions.decidedAt))
          .limit(most)
      : [],
    weightsDigest
      ? db
          .select({ id: trainingRuns.id, state: trainingRuns.state })
          .from(trainingRuns)
          .where(and(eq(trainingRuns.initialWeightsDigest, weightsDigest), ne(trainingRuns.id, id)))
          .orderBy(asc(trainingRuns.createdAt))
          .limit(most)
      : [],
    db
      .select({ id: trainingRuns.id, state: trainingRuns.state })
      .from(trainingRuns)
      .where(eq(trainingRuns.retryOf, id))
      .orderBy(asc(trainingRuns.createdAt))
      .limit(most),
    db
      .select({ look: alphaLedger.look, level: alphaLedger.level })
      .from(alphaLedger)
      .where(eq(alphaLedger.runId, id)),
  ]);
  return {
    back: { dataset: datasets[0] ?? null, parent: parents[0] ?? null, retryOf: run.retryOf },
    forward: { versions, judgedAgainst, successors, retries, look: looks[0] ?? null },
  };
}
