import {
  and,
  arrayContains,
  asc,
  count,
  desc,
  eq,
  gte,
  inArray,
  isNotNull,
  like,
  lt,
  type SQL,
  sql,
} from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Database } from "@/drizzle/client";
import { datasetVersions, decisions, modelVersions, trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import type { RunSearch, SortColumn } from "@/lib/run-search/run-search";

const day = 24 * 60 * 60_000;

const columns = {
  id: trainingRuns.id,
  state: trainingRuns.state,
  stage: trainingRuns.stage,
  reason: trainingRuns.reason,
  errorCode: trainingRuns.errorCode,
  trigger: trainingRuns.trigger,
  requestedBy: trainingRuns.requestedBy,
  preset: trainingRuns.preset,
  engine: trainingRuns.engine,
  datasetDigest: trainingRuns.datasetDigest,
  weightsDigest: trainingRuns.weightsDigest,
  tags: trainingRuns.tags,
  progress: trainingRuns.progress,
  cancelRequestedAt: trainingRuns.cancelRequestedAt,
  createdAt: trainingRuns.createdAt,
  startedAt: trainingRuns.startedAt,
  finishedAt: trainingRuns.finishedAt,
  durationMs: trainingRuns.durationMs,
  outcome: decisions.outcome,
  auc: decisions.challengerAuc,
} as const;

const sortBy: Record<SortColumn, PgColumn> = {
  created: trainingRuns.createdAt,
  started: trainingRuns.startedAt,
  duration: trainingRuns.durationMs,
  state: trainingRuns.state,
  preset: trainingRuns.preset,
  engine: trainingRuns.engine,
  trigger: trainingRuns.trigger,
  auc: decisions.challengerAuc,
  outcome: decisions.outcome,
};

/** A page of the list and how many runs fit in all. What has no value comes last, whichever way it is sorted. */
export async function searchRuns(
  db: Database,
  search: RunSearch,
  { offset, limit }: { offset: number; limit: number },
) {
  // Which runs first, and their wide rows only then: what a page skips is not read.
  const onPage = fittingIds(db, search).limit(limit).offset(offset).as("on_page");
  const [rows, [fitting]] = await Promise.all([
    db
      .select(columns)
      .from(onPage)
      .innerJoin(trainingRuns, eq(trainingRuns.id, onPage.id))
      .leftJoin(decisions, eq(decisions.runId, trainingRuns.id))
      .orderBy(...orderOf(search)),
    countRuns(db, search),
  ]);
  return { rows: await withVersions(db, rows), total: fitting?.total ?? 0 };
}
export type FoundRun = Awaited<ReturnType<typeof searchRuns>>["rows"][number];

/** Of every run that fits, in the order that is asked for. */
export async function findRunIds(db: Database, search: RunSearch): Promise<string[]> {
  return (await fittingIds(db, search)).map(({ id }) => id);
}

/** These runs in this order; one that has been deleted is left out. */
export async function readFoundRuns(db: Database, ids: readonly string[]): Promise<FoundRun[]> {
  const rows = await db
    .select(columns)
    .from(trainingRuns)
    .leftJoin(decisions, eq(decisions.runId, trainingRuns.id))
    .where(inArray(trainingRuns.id, [...ids]));
  const byId = new Map((await withVersions(db, rows)).map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function fittingIds(db: Database, search: RunSearch) {
  const found = db.select({ id: trainingRuns.id }).from(trainingRuns).$dynamic();
  if (needsDecisions(search)) found.leftJoin(decisions, eq(decisions.runId, trainingRuns.id));
  return found.where(and(...conditionsOf(search))).orderBy(...orderOf(search));
}

function needsDecisions({ outcomes, sort }: RunSearch): boolean {
  return outcomes.length > 0 || sort.some(({ column }) => column === "auc" || column === "outcome");
}

function countRuns(db: Database, search: RunSearch) {
  const counting = db.select({ total: count() }).from(trainingRuns).$dynamic();
  if (search.outcomes.length > 0) counting.leftJoin(decisions, eq(decisions.runId, trainingRuns.id));
  return counting.where(and(...conditionsOf(search)));
}

async function withVersions<Row extends { id: string }>(db: Database, rows: readonly Row[]) {
  const made = await db
    .select({ runId: modelVersions.runId, version: modelVersions.version })
    .from(modelVersions)
    .where(
      inArray(
        modelVersions.runId,
        rows.map(({ id }) => id),
      ),
    )
    .orderBy(asc(modelVersions.serial));
  const versions = new Map(made.map(({ runId, version }) => [runId, version]));
  return rows.map((row) => ({ ...row, version: versions.get(row.id) ?? null }));
}

function conditionsOf(search: RunSearch): (SQL | undefined)[] {
  const part = search.text && `%${search.text.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
  const anyOf = <T>(column: PgColumn, values: readonly T[]) =>
    values.length > 0 ? inArray(column, values as T[]) : undefined;
  return [
    part ? like(trainingRuns.searchText, part) : undefined,
    anyOf(trainingRuns.state, search.states),
    anyOf(trainingRuns.trigger, search.triggers),
    anyOf(trainingRuns.preset, search.presets),
    anyOf(trainingRuns.engine, search.engines),
    anyOf(decisions.outcome, search.outcomes),
    search.tags.length > 0 ? arrayContains(trainingRuns.tags, search.tags) : undefined,
    search.dataset ? eq(trainingRuns.datasetDigest, search.dataset as Digest) : undefined,
    search.since ? gte(trainingRuns.createdAt, new Date(search.since)) : undefined,
    search.until ? lt(trainingRuns.createdAt, new Date(Date.parse(search.until) + day)) : undefined,
  ];
}

function orderOf({ sort }: RunSearch): SQL[] {
  const wanted = sort.map(({ column, descending }) =>
    descending ? sql`${sortBy[column]} desc nulls last` : sql`${sortBy[column]} asc nulls last`,
  );
  // An instant has no nulls, so the plain order can come from its index; the id settles what is equal.
  const plain = sort.length === 1 && sort[0]?.column === "created";
  if (plain) return [(sort[0]?.descending ? desc : asc)(trainingRuns.createdAt), asc(trainingRuns.id)];
  return [...wanted, desc(trainingRuns.createdAt), asc(trainingRuns.id)];
}

/** What the filters offer: every value that some run has. */
export async function runFacets(db: Database) {
  const [presets, engines, tags, datasets] = await Promise.all([
    db
      .selectDistinct({ value: trainingRuns.preset })
      .from(trainingRuns)
      .orderBy(trainingRuns.preset)
      .limit(50),
    db
      .selectDistinct({ value: trainingRuns.engine })
      .from(trainingRuns)
      .where(isNotNull(trainingRuns.engine))
      .orderBy(trainingRuns.engine)
      .limit(50),
    db
      .selectDistinct({ value: sql<string>`unnest(${trainingRuns.tags})` })
      .from(trainingRuns)
      .where(sql`${trainingRuns.tags} <> '{}'`)
      .limit(200),
    db
      .select({ digest: datasetVersions.digest, createdAt: datasetVersions.createdAt })
      .from(datasetVersions)
      .orderBy(desc(datasetVersions.createdAt))
      .limit(50),
  ]);
  return {
    presets: presets.map(({ value }) => value),
    engines: engines.flatMap(({ value }) => value ?? []),
    tags: tags.map(({ value }) => value).sort(),
    datasets,
  };
}
