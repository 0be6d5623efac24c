import { and, asc, eq, ne, type SQL } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import {
  alphaLedger,
  datasetVersions,
  decisions,
  modelVersions,
  type TrainingRun,
  trainingRuns,
} from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";

const most = 50;

/** What a run came from, and what came of it or was judged by it. */
export async function runLineage(
  db: Database,
  run: Pick<TrainingRun, "id" | "datasetDigest" | "initialWeightsDigest" | "weightsDigest" | "retryOf">,
) {
  const { id, datasetDigest, initialWeightsDigest, weightsDigest, retryOf } = run;
  const [dataset, parents, versions, judgedAgainst, successors, retries, [look]] = await Promise.all([
    datasetDigest ? datasetOf(db, datasetDigest) : null,
    initialWeightsDigest ? versionsWith(db, initialWeightsDigest) : [],
    weightsDigest ? versionsWith(db, weightsDigest) : [],
    weightsDigest ? judgedBy(db, weightsDigest) : [],
    weightsDigest
      ? runsThat(db, eq(trainingRuns.initialWeightsDigest, weightsDigest), ne(trainingRuns.id, id))
      : [],
    runsThat(db, eq(trainingRuns.retryOf, id)),
    db
      .select({ look: alphaLedger.look, level: alphaLedger.level })
      .from(alphaLedger)
      .where(eq(alphaLedger.runId, id)),
  ]);
  const [parent] = parents;
  return {
    back: { dataset, parent: parent ?? null, retryOf },
    forward: { versions, judgedAgainst, successors, retries, look: look ?? null },
  };
}

async function datasetOf(db: Database, digest: Digest) {
  const { images, patients } = datasetVersions;
  const [dataset] = await db
    .select({ digest: datasetVersions.digest, images, patients })
    .from(datasetVersions)
    .where(eq(datasetVersions.digest, digest));
  return dataset ?? null;
}

/** The versions that have these weights, the earliest first. */
function versionsWith(db: Database, weightsDigest: Digest) {
  const { version, serial, state, runId } = modelVersions;
  return db
    .select({ version, serial, state, runId })
    .from(modelVersions)
    .where(eq(modelVersions.weightsDigest, weightsDigest))
    .orderBy(asc(serial))
    .limit(most);
}

/** The decisions in which these weights were the champion's. */
function judgedBy(db: Database, weightsDigest: Digest) {
  return db
    .select({ runId: decisions.runId, outcome: decisions.outcome })
    .from(decisions)
    .where(eq(decisions.championWeightsDigest, weightsDigest))
    .orderBy(asc(decisions.decidedAt))
    .limit(most);
}

function runsThat(db: Database, ...conditions: SQL[]) {
  return db
    .select({ id: trainingRuns.id, state: trainingRuns.state })
    .from(trainingRuns)
    .where(and(...conditions))
    .orderBy(asc(trainingRuns.createdAt))
    .limit(most);
}
