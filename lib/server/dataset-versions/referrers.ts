import { and, count, desc, eq, isNull } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { evaluationSets, type ModelVersion, type TrainingRun, trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { modelsTrainedOn } from "./list";
import { currentDatasetVersion } from "./record";

const shownRuns = 20;

/** What a dataset version is needed by, forward from it. */
export interface Referrers {
  isCurrent: boolean;
  runs: {
    total: number;
    /** The newest. */
    shown: Pick<TrainingRun, "id" | "state" | "createdAt">[];
  };
  models: Pick<ModelVersion, "version" | "serial" | "state" | "runId" | "publishedAt">[];
  evaluationSets: string[];
}

export async function findReferrers(db: DatabaseOrTransaction, digest: Digest): Promise<Referrers> {
  const ofVersion = eq(trainingRuns.datasetDigest, digest);
  const shown = await db
    .select({ id: trainingRuns.id, state: trainingRuns.state, createdAt: trainingRuns.createdAt })
    .from(trainingRuns)
    .where(ofVersion)
    .orderBy(desc(trainingRuns.createdAt))
    .limit(shownRuns);
  const [counted] = await db.select({ total: count() }).from(trainingRuns).where(ofVersion);
  const sets = await db
    .select({ name: evaluationSets.name })
    .from(evaluationSets)
    .where(and(eq(evaluationSets.digest, digest), isNull(evaluationSets.removedAt)));
  return {
    isCurrent: (await currentDatasetVersion(db))?.digest === digest,
    runs: { total: counted?.total ?? 0, shown },
    models: await modelsTrainedOn(db, digest),
    evaluationSets: sets.map(({ name }) => name),
  };
}

/** In words, one a referrer or kind of referrers; none: nothing needs the version. */
export function describeReferrers({ isCurrent, runs, models, evaluationSets }: Referrers): string[] {
  const named = runs.shown.slice(0, 5).map(({ id }) => id);
  return [
    ...(isCurrent ? ["it is the current version"] : []),
    ...(runs.total > 0
      ? [`${runs.total} run(s): ${named.join(", ")}${runs.total > named.length ? ", …" : ""}`]
      : []),
    ...(models.length > 0
      ? [
          `model version(s) ${models
            .slice(0, 5)
            .map(({ version }) => version)
            .join(", ")}${models.length > 5 ? ", …" : ""}`,
        ]
      : []),
    ...evaluationSets.map((name) => `evaluation set ${name}`),
  ];
}
