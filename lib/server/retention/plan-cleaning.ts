import { and, count, countDistinct, eq, inArray, isNotNull, lt, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import {
  alphaLedger,
  auditEvents,
  decisions,
  evaluations,
  failedSignIns,
  modelVersions,
  oneTimeLinks,
  predictions,
  promotionReviews,
  runLogLines,
  trainingRuns,
  userSessions,
} from "@/drizzle/schema";
import { type ArtifactStore, type Digest, isDigest } from "@/lib/artifacts/store";
import { digestSchema } from "@/lib/manifest/schema";
import { isPublished } from "@/lib/server/model-versions/published-weights";
import type { Retention } from "@/lib/server/settings/definitions";

const dayMs = 24 * 60 * 60_000;
/** That go at once. */
const mostWeights = 1_000;

export const cleaningPlan = z.object({
  runLogs: z.object({ lines: z.int(), runs: z.int() }),
  failedSignIns: z.int(),
  sessions: z.int(),
  links: z.int(),
  weights: z
    .array(z.object({ digest: digestSchema, runIds: z.array(z.string()), sizeBytes: z.int() }))
    .describe("what came out of runs and was not published, with the runs it came out of"),
  weightsWait: z.boolean().describe("a run is at work: weights are left for another time"),
});
export type CleaningPlan = z.infer<typeof cleaningPlan>;

/** What each kind's rows must fulfil to go. */
export function endedBefore(retention: Retention, now: Date) {
  const before = (days: number) => new Date(now.getTime() - days * dayMs);
  const sessions = before(retention.endedSessionsDays);
  return {
    failedSignIns: lt(failedSignIns.at, before(retention.failedSignInsDays)),
    sessions: or(lt(userSessions.endedAt, sessions), lt(userSessions.expiresAt, sessions)),
    links: or(lt(oneTimeLinks.usedAt, sessions), lt(oneTimeLinks.expiresAt, sessions)),
    runLogs: retention.runLogsDays === null ? null : logsOfRunsBefore(before(retention.runLogsDays)),
    weights: retention.rejectedWeightsDays === null ? null : before(retention.rejectedWeightsDays),
  };
}

const isOver = inArray(trainingRuns.state, ["succeeded", "failed", "skipped", "cancelled"]);

function logsOfRunsBefore(before: Date): SQL {
  return sql`${runLogLines.runId} in (select ${trainingRuns.id} from ${trainingRuns} where ${and(isOver, lt(trainingRuns.finishedAt, before))})`;
}

/** What would go now. Nothing that a version, a decision, an evaluation or a reproduction needs is in it. */
export async function planCleaning(
  db: DatabaseOrTransaction,
  store: ArtifactStore,
  retention: Retention,
  now = new Date(),
): Promise<CleaningPlan> {
  const ended = endedBefore(retention, now);
  const [failed] = await db.select({ rows: count() }).from(failedSignIns).where(ended.failedSignIns);
  const [sessions] = await db.select({ rows: count() }).from(userSessions).where(ended.sessions);
  const [links] = await db.select({ rows: count() }).from(oneTimeLinks).where(ended.links);
  const [logs] = ended.runLogs
    ? await db
        .select({ lines: count(), runs: countDistinct(runLogLines.runId) })
        .from(runLogLines)
        .where(ended.runLogs)
    : [];
  const weightsWait = ended.weights !== null && (await isRunAtWork(db));
  return {
    runLogs: { lines: logs?.lines ?? 0, runs: logs?.runs ?? 0 },
    failedSignIns: failed?.rows ?? 0,
    sessions: sessions?.rows ?? 0,
    links: links?.rows ?? 0,
    weights: ended.weights && !weightsWait ? await unusedWeights(db, store, ended.weights) : [],
    weightsWait,
  };
}

/** A run that makes the same weights again would find them, and then not. */
async function isRunAtWork(db: DatabaseOrTransaction): Promise<boolean> {
  const [run] = await db
    .select({ id: trainingRuns.id })
    .from(trainingRuns)
    .where(inArray(trainingRuns.state, ["queued", "running"]))
    .limit(1);
  return run !== undefined;
}

/** What may go, and the runs it came out of. */
interface Candidate {
  digest: Digest;
  runIds: string[];
}

async function unusedWeights(db: DatabaseOrTransaction, store: ArtifactStore, before: Date) {
  const candidates = [...(await weightsOfEndedRuns(db, before)), ...(await weightsOfDeletedRuns(db, before))];
  const found: CleaningPlan["weights"] = [];
  for (const { digest, runIds } of candidates) {
    const info = await store.stat(digest);
    // Noted as published, but not on record: a publication was cut off between the two.
    if (info && !(await isPublished(store, info.digest)))
      found.push({ digest: info.digest, runIds, sizeBytes: info.sizeBytes });
    // The others go the next time. Nearly all candidates have gone long ago.
    if (found.length === mostWeights) break;
  }
  return found;
}

/**
 * Weights of finished runs that nothing on record needs: no version ever published, no waiting review, no decision's
 * champion, no look at the held-out patients as its champion, and no run that started from them. A decision about a
 * rejected challenger keeps its figures and predictions, and an evaluation its document; neither opens the weights.
 */
async function weightsOfEndedRuns(db: DatabaseOrTransaction, before: Date): Promise<Candidate[]> {
  const digest = trainingRuns.weightsDigest;
  const rows = await db
    .select({ digest, runIds: sql<string[]>`array_agg(${trainingRuns.id} order by ${trainingRuns.id})` })
    .from(trainingRuns)
    .where(and(isNotNull(digest), isNotNeeded(sql`${digest}`)))
    .groupBy(digest)
    .having(
      sql`max(${trainingRuns.finishedAt}) < ${before.toISOString()} and bool_and(${trainingRuns.finishedAt} is not null)`,
    )
    .orderBy(digest);
  return rows.flatMap(({ digest, runIds }) => (digest ? [{ digest, runIds }] : []));
}

/**
 * Weights of deleted runs, which only the audit trail knows. Whatever names them holds them: what holds those of a run
 * that is there, and another run, any decision or review, predictions, an evaluation.
 */
async function weightsOfDeletedRuns(db: DatabaseOrTransaction, before: Date): Promise<Candidate[]> {
  const digest = sql<string>`${auditEvents.details}->>'weightsDigest'`;
  const rows = await db
    .select({
      digest,
      runIds: sql<string[]>`array_agg(${auditEvents.entityId} order by ${auditEvents.entityId})`,
    })
    .from(auditEvents)
    .where(
      and(
        eq(auditEvents.action, "training_run.deleted"),
        sql`${digest} is not null`,
        isNotNeeded(digest),
        sql`${digest} not in (select ${trainingRuns.weightsDigest} from ${trainingRuns} where ${trainingRuns.weightsDigest} is not null)`,
        sql`${digest} not in (select ${promotionReviews.request}->'manifest'->'weights'->>'digest' from ${promotionReviews})`,
        sql`${digest} not in (select ${decisions.challengerWeightsDigest} from ${decisions})`,
        sql`${digest} not in (select ${alphaLedger.challengerWeightsDigest} from ${alphaLedger})`,
        sql`not exists (select from ${predictions} where ${predictions.weightsDigest} = ${digest})`,
        sql`${digest} not in (select ${evaluations.weightsDigest} from ${evaluations})`,
      ),
    )
    .groupBy(digest)
    .having(sql`max(${auditEvents.at}) < ${before.toISOString()}`)
    .orderBy(digest);
  return rows.flatMap(({ digest, runIds }) => (isDigest(digest) ? [{ digest, runIds }] : []));
}

function isNotNeeded(digest: SQL): SQL | undefined {
  const started = sql`select other.initial_weights_digest from training_runs other where other.initial_weights_digest is not null`;
  return and(
    sql`${digest} not in (select ${modelVersions.weightsDigest} from ${modelVersions})`,
    sql`${digest} not in (select ${promotionReviews.request}->'manifest'->'weights'->>'digest' from ${promotionReviews} where ${promotionReviews.state} = 'pending')`,
    sql`${digest} not in (select ${decisions.championWeightsDigest} from ${decisions})`,
    sql`${digest} not in (select ${alphaLedger.championWeightsDigest} from ${alphaLedger})`,
    sql`${digest} not in (${started})`,
  );
}
