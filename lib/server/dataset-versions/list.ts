import { and, count, desc, eq, ilike, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import {
  type DatasetVersion,
  datasetReports,
  datasetVersions,
  modelVersions,
  trainingRuns,
} from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import type { DatasetReport } from "@/lib/dataset-report/report";

export const checkFilters = ["passed", "warnings", "failed", "none"] as const;
export type CheckFilter = (typeof checkFilters)[number];

export interface VersionFilter {
  /** Part of a name, a source or a digest. */
  text?: string | undefined;
  check?: CheckFilter | undefined;
}

export interface VersionRow {
  digest: Digest;
  name: string;
  source: string;
  images: number;
  patients: number;
  normal: number;
  pneumonia: number;
  badFiles: number;
  createdAt: Date;
  /** When it last became current; it is not the current one unless `isCurrent`. */
  currentSince: Date | null;
  isCurrent: boolean;
  check: DatasetReport["state"] | null;
  /** Runs that used it. */
  runs: number;
}

/** A page of versions, newest first, and how many match. */
export async function listVersionPage(
  db: Database,
  filter: VersionFilter,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ rows: VersionRow[]; total: number; current: Digest | null }> {
  const where = and(...conditionsOf(filter));
  const ofReports = eq(datasetReports.datasetDigest, datasetVersions.digest);
  const [found, [counted], current] = await Promise.all([
    db
      .select({
        digest: datasetVersions.digest,
        name: datasetVersions.name,
        source: datasetVersions.source,
        images: datasetVersions.images,
        patients: datasetVersions.patients,
        splits: datasetVersions.splits,
        badFiles: sql<number>`jsonb_array_length(${datasetVersions.badFiles})`.mapWith(Number),
        createdAt: datasetVersions.createdAt,
        currentSince: datasetVersions.currentSince,
        check: datasetReports.state,
        runs: runsOf(db),
      })
      .from(datasetVersions)
      .leftJoin(datasetReports, ofReports)
      .where(where)
      .orderBy(desc(datasetVersions.createdAt), datasetVersions.digest)
      .limit(limit)
      .offset(offset),
    db.select({ total: count() }).from(datasetVersions).leftJoin(datasetReports, ofReports).where(where),
    currentDigest(db),
  ]);
  const rows = found.map(({ splits, ...row }) => ({
    ...row,
    name: row.name ?? nameOfSource(row.source),
    ...classesOf(splits),
    isCurrent: row.digest === current,
  }));
  return { rows, total: counted?.total ?? 0, current };
}

/** A version without a name of its own is called by the last part of its source. */
export function nameOfSource(source: string): string {
  return (
    source
      .replace(/[\\/]+$/, "")
      .split(/[\\/]/)
      .at(-1) || source
  );
}

function classesOf(splits: DatasetVersion["splits"]): { normal: number; pneumonia: number } {
  const parts = Object.values(splits);
  return {
    normal: parts.reduce((sum, part) => sum + part.normal, 0),
    pneumonia: parts.reduce((sum, part) => sum + part.pneumonia, 0),
  };
}

function runsOf(db: Database) {
  const runs = db.$count(trainingRuns, eq(trainingRuns.datasetDigest, datasetVersions.digest));
  return sql<number>`${runs}`.mapWith(Number);
}

async function currentDigest(db: Database): Promise<Digest | null> {
  const [row] = await db
    .select({ digest: datasetVersions.digest })
    .from(datasetVersions)
    .where(sql`${datasetVersions.currentSince} is not null`)
    .orderBy(desc(datasetVersions.currentSince))
    .limit(1);
  return row?.digest ?? null;
}

function conditionsOf({ text, check }: VersionFilter): (SQL | undefined)[] {
  const part = text && `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return [
    part
      ? or(
          ilike(datasetVersions.name, part),
          ilike(datasetVersions.source, part),
          ilike(datasetVersions.digest, part),
        )
      : undefined,
    check === undefined
      ? undefined
      : check === "none"
        ? isNull(datasetReports.state)
        : eq(datasetReports.state, check),
  ];
}

/** Published model versions whose manifest names this dataset version. */
export function modelsTrainedOn(db: Pick<Database, "select">, digest: Digest) {
  return db
    .select({
      version: modelVersions.version,
      serial: modelVersions.serial,
      state: modelVersions.state,
      runId: modelVersions.runId,
      publishedAt: modelVersions.publishedAt,
    })
    .from(modelVersions)
    .where(sql`${modelVersions.signedManifest} #>> '{manifest,dataset,digest}' = ${digest}`)
    .orderBy(desc(modelVersions.serial));
}
