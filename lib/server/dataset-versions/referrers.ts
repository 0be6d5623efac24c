import { and, count, desc, eq, inArray, isNull, or, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import {
  type DatasetJob,
  datasetJobs,
  evaluationSets,
  type ModelVersion,
  type TrainingRun,
  trainingRuns,
} from "@/drizzle/schema";
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
  /** Unfinished: checks of it, and imports that add to it. */
  jobs: Pick<DatasetJob, "id" | "kind" | "title">[];
  /** There are none of all these. */
  isUnused: boolean;
}

export async function findReferrers(db: DatabaseOrTransaction, digest: Digest): Promise<Referrers> {
  // A run that has not begun has no version yet; its source may name this one by its first digits.
  const ofVersion = or(
    eq(trainingRuns.datasetDigest, digest),
    and(
      inArray(trainingRuns.state, ["queued", "running"]),
      sql`${trainingRuns.source} like 'sha256:%' and starts_with(${digest}::text, ${trainingRuns.source})`,
    ),
  );
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
  const jobs = await db
    .select({ id: datasetJobs.id, kind: datasetJobs.kind, title: datasetJobs.title })
    .from(datasetJobs)
    .where(
      and(
        inArray(datasetJobs.state, ["queued", "running"]),
        or(eq(datasetJobs.datasetDigest, digest), sql`${datasetJobs.input}->>'addTo' = ${digest}`),
      ),
    );
  const isCurrent = (await currentDatasetVersion(db))?.digest === digest;
  const models = await modelsTrainedOn(db, digest);
  const total = counted?.total ?? 0;
  return {
    isCurrent,
    runs: { total, shown },
    models,
    evaluationSets: sets.map(({ name }) => name),
    jobs,
    isUnused: !isCurrent && total + models.length + sets.length + jobs.length === 0,
  };
}

/** In English words, one a referrer or kind of referrers. */
export function describeReferrers({ isCurrent, runs, models, evaluationSets, jobs }: Referrers): string[] {
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
    ...jobs.map(({ kind, title }) => (kind === "check" ? "its check is being made" : `import of ${title}`)),
  ];
}
