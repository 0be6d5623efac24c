import { inArray } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { modelVersions, type TrainingRun, trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import type { ModelManifest } from "@/lib/manifest";

/** A training run's model or a published version, by whichever name it was asked for. */
export interface FoundModel {
  id: string;
  kind: "run" | "version";
  state: string;
  /** What made it; null for a version from elsewhere. */
  run: TrainingRun | null;
  weightsDigest: Digest | null;
  /** Of the version, or of a version that has the run's weights. */
  manifest: ModelManifest | null;
  createdAt: Date;
}

/** In the order asked for, each once; `unknown` are names of neither a run nor a version. */
export async function findModels(
  db: Database,
  ids: readonly string[],
): Promise<{ models: FoundModel[]; unknown: string[] }> {
  const names = [...new Set(ids)];
  const versions = await db.select().from(modelVersions).where(inArray(modelVersions.version, names));
  const runIds = [...names, ...versions.flatMap(({ runId }) => (runId === null ? [] : [runId]))];
  const runs = new Map(
    (await db.select().from(trainingRuns).where(inArray(trainingRuns.id, runIds))).map((run) => [
      run.id,
      run,
    ]),
  );
  const manifests = await manifestsOf(db, [...runs.values()]);
  const models: FoundModel[] = [];
  for (const id of names) {
    const version = versions.find((one) => one.version === id);
    const run = runs.get(id);
    if (version)
      models.push({
        id,
        kind: "version",
        state: version.state,
        run: (version.runId === null ? undefined : runs.get(version.runId)) ?? null,
        weightsDigest: version.weightsDigest,
        manifest: version.signedManifest.manifest,
        createdAt: version.publishedAt,
      });
    else if (run)
      models.push({
        id,
        kind: "run",
        state: run.state,
        run,
        weightsDigest: run.weightsDigest,
        manifest: (run.weightsDigest && manifests.get(run.weightsDigest)) ?? null,
        createdAt: run.createdAt,
      });
  }
  const found = new Set(models.map(({ id }) => id));
  return { models, unknown: names.filter((name) => !found.has(name)) };
}

async function manifestsOf(db: Database, runs: readonly TrainingRun[]): Promise<Map<Digest, ModelManifest>> {
  const weights = runs.flatMap(({ weightsDigest }) => (weightsDigest === null ? [] : [weightsDigest]));
  if (weights.length === 0) return new Map();
  const rows = await db
    .select({ weightsDigest: modelVersions.weightsDigest, signed: modelVersions.signedManifest })
    .from(modelVersions)
    .where(inArray(modelVersions.weightsDigest, weights));
  return new Map(rows.map(({ weightsDigest, signed }) => [weightsDigest, signed.manifest]));
}
