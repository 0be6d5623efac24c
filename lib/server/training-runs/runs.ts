import { and, asc, desc, eq, inArray, isNull, lt, ne, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import {
  type DecisionRow,
  decisions,
  epochMetrics,
  type RunStage,
  type RunTrigger,
  runStages,
  runStagesEntered,
  type TrainingRun,
  trainerLock,
  trainingRuns,
} from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { type ErrorCode, PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import type { TrainingConfig } from "@/lib/training/config";
import { configDigest } from "@/lib/training/config-digest";
import type { EpochMetrics, JobProgress } from "@/lib/training/job";

export interface RunRequest {
  trigger: RunTrigger;
  /** One run per key; a scheduled run's is its day. */
  key: string;
  source: string;
  config: TrainingConfig;
  /** Who asked for it; absent where no person did. */
  requestedBy?: string;
  /** The run whose values it begins with. */
  retryOf?: string | undefined;
}

/** Enters a run into the record, or returns the one that already has its key. */
export async function createRun(
  db: DatabaseOrTransaction,
  request: RunRequest,
  now = new Date(),
): Promise<TrainingRun> {
  const stamp = now
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, "")
    .replace("T", "-");
  const id = `run-${stamp}-${crypto.randomUUID().slice(0, 6)}`;
  await db
    .insert(trainingRuns)
    .values({ id, state: "queued", configDigest: configDigest(request.config), createdAt: now, ...request })
    .onConflictDoNothing({ target: trainingRuns.key });
  const [run] = await db.select().from(trainingRuns).where(eq(trainingRuns.key, request.key));
  if (!run) throw new Error(`The run ${request.key} vanished.`);
  return run;
}

/** @throws RUN_NOT_FOUND */
export async function requireRun(db: DatabaseOrTransaction, id: string): Promise<TrainingRun> {
  const [run] = await db.select().from(trainingRuns).where(eq(trainingRuns.id, id));
  if (!run) throw new PneumoscopeError("RUN_NOT_FOUND", `There is no training run ${id}.`);
  return run;
}

/** Runs that were begun or queued and have not ended, oldest first. */
export async function listUnfinishedRuns(db: Database): Promise<TrainingRun[]> {
  return db
    .select()
    .from(trainingRuns)
    .where(inArray(trainingRuns.state, ["queued", "running"]))
    .orderBy(asc(trainingRuns.createdAt));
}

export interface RunDetails {
  run: TrainingRun;
  epochs: EpochMetrics[];
  decision: DecisionRow | null;
}

/** @throws RUN_NOT_FOUND */
export async function getRun(db: Database, id: string): Promise<RunDetails> {
  const run = await requireRun(db, id);
  const [decision] = await db.select().from(decisions).where(eq(decisions.runId, id));
  return { run, epochs: await listEpochs(db, id), decision: decision ?? null };
}

/** Epochs in their order. */
export async function listEpochs(db: Database, runId: string): Promise<EpochMetrics[]> {
  const rows = await db
    .select()
    .from(epochMetrics)
    .where(eq(epochMetrics.runId, runId))
    .orderBy(asc(epochMetrics.epoch));
  return rows.map(({ runId: _run, recordedAt: _at, ...metrics }) => metrics);
}

/** Writes epochs as they end; an epoch that was trained again after a crash replaces its row. */
export async function recordEpochs(
  db: DatabaseOrTransaction,
  runId: string,
  epochs: readonly EpochMetrics[],
): Promise<void> {
  for (const epoch of epochs) {
    await db
      .insert(epochMetrics)
      .values({ runId, ...epoch })
      .onConflictDoUpdate({ target: [epochMetrics.runId, epochMetrics.epoch], set: epoch });
  }
}

/**
 * Notes where a run is, and when it came there. A run that somebody cancels goes no further; one that publishes cannot
 * be cancelled any more, and this is where the two meet: both change the run's row. A run that has come to its end,
 * in another process say, stays where it is.
 * @throws TRAINING_CANCELLED, and the error of a run that has failed before
 */
export async function enterStage(db: Database, runId: string, stage: RunStage): Promise<void> {
  await db.transaction(async (tx) => {
    const entered = await tx
      .update(trainingRuns)
      .set({ stage, progress: null })
      .where(
        and(
          eq(trainingRuns.id, runId),
          eq(trainingRuns.state, "running"),
          isNull(trainingRuns.cancelRequestedAt),
        ),
      )
      .returning({ id: trainingRuns.id });
    if (entered.length === 0) {
      const run = await requireRun(tx, runId);
      if (run.cancelRequestedAt) throw cancelledError(runId);
      return requireNoBadEnd(run);
    }
    await leaveStages(tx, runId, stage);
    await tx
      .insert(runStagesEntered)
      .values({ runId, stage })
      .onConflictDoUpdate({
        target: [runStagesEntered.runId, runStagesEntered.stage],
        set: { finishedAt: null },
      });
  });
}

async function leaveStages(db: DatabaseOrTransaction, runId: string, except: RunStage | null): Promise<void> {
  await db
    .update(runStagesEntered)
    .set({ finishedAt: sql`now()` })
    .where(
      and(
        eq(runStagesEntered.runId, runId),
        isNull(runStagesEntered.finishedAt),
        except === null ? undefined : ne(runStagesEntered.stage, except),
      ),
    );
}

/** A bad end stands, whoever comes to the run again. @throws TRAINING_CANCELLED, or the error with which it failed */
export function requireNoBadEnd({
  id,
  state,
  reason,
  errorCode,
}: Pick<TrainingRun, "id" | "state" | "reason" | "errorCode">): void {
  if (state === "cancelled") throw cancelledError(id);
  if (state === "failed")
    throw new PneumoscopeError(errorCode as ErrorCode, `Run ${id} has failed before: ${reason}`);
}

export function cancelledError(runId: string): PneumoscopeError {
  return new PneumoscopeError("TRAINING_CANCELLED", `Run ${runId} was cancelled.`);
}

/** When a run came to each stage and left it, in the order of the loop. */
export async function listStages(db: Database, runId: string) {
  const rows = await db.select().from(runStagesEntered).where(eq(runStagesEntered.runId, runId));
  return rows
    .map(({ runId: _, ...stage }) => stage)
    .sort((a, b) => runStages.indexOf(a.stage) - runStages.indexOf(b.stage));
}

/** How far the trainer is; `epochMetrics` have a table of their own. */
export async function recordProgress(db: Database, runId: string, progress: JobProgress): Promise<void> {
  const { epochMetrics: _, ...plain } = progress;
  await db
    .update(trainingRuns)
    .set({ progress: { ...plain, at: new Date().toISOString() } })
    .where(and(eq(trainingRuns.id, runId), eq(trainingRuns.state, "running")));
}

const actorOfRun = sql<string>`coalesce(${trainingRuns.requestedBy}, ${trainingRuns.trigger})`;

/** Marks a run as begun; does nothing when it was begun before. */
export async function startRun(db: Database, runId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const begun = await tx
      .update(trainingRuns)
      .set({ state: "running", startedAt: sql`coalesce(${trainingRuns.startedAt}, now())` })
      .where(and(eq(trainingRuns.id, runId), eq(trainingRuns.state, "queued")))
      .returning({ actor: actorOfRun });
    if (!begun[0]) return;
    await recordAuditEvent(tx, { action: "training_run.started", actor: begun[0].actor, entityId: runId });
  });
}

export type RunEnd =
  | { state: "succeeded"; reason: string }
  | { state: "skipped"; reason: string }
  | { state: "failed"; reason: string; errorCode: string }
  | { state: "cancelled"; reason: string; actor: string };

/** How a run ends on a person's word. */
export function endCancelledBy(actor: string, reason: string): RunEnd {
  return { state: "cancelled", reason: `Cancelled by ${actor}: ${reason}`, actor };
}

/** How a run ends that somebody cancels, in the words of who asked first; null where nobody does. */
export function endAskedFor(
  run: Pick<TrainingRun, "cancelRequestedAt" | "cancelRequestedBy" | "cancelReason" | "trigger">,
): RunEnd | null {
  if (!run.cancelRequestedAt) return null;
  return endCancelledBy(run.cancelRequestedBy ?? run.trigger, run.cancelReason ?? "no reason given");
}

/** Ends a run that somebody cancels and that nobody works on. */
export async function endIfCancelled(db: Database, runId: string): Promise<void> {
  const end = endAskedFor(await requireRun(db, runId));
  if (end) await endRun(db, runId, end);
}

/** Ends a run with its audit event; a run that has ended keeps its first end. */
export async function endRun(db: DatabaseOrTransaction, runId: string, end: RunEnd): Promise<void> {
  const errorCode =
    end.state === "failed" ? end.errorCode : end.state === "cancelled" ? "TRAINING_CANCELLED" : null;
  await db.transaction(async (tx) => {
    const ended = await tx
      .update(trainingRuns)
      .set({ state: end.state, reason: end.reason, errorCode, finishedAt: new Date() })
      .where(and(eq(trainingRuns.id, runId), inArray(trainingRuns.state, ["queued", "running"])))
      .returning({ actor: actorOfRun });
    if (!ended[0]) return;
    await leaveStages(tx, runId, null);
    await recordAuditEvent(tx, {
      action: `training_run.${end.state}`,
      actor: end.state === "cancelled" ? end.actor : ended[0].actor,
      entityId: runId,
      details: { reason: end.reason, errorCode },
    });
  });
}

/**
 * Ends runs that were begun long ago and that nobody can be working on any more: an engine gave them up while the
 * record was away, and so could not say it there.
 */
export async function endAbandonedRuns(db: Database, afterDays: number): Promise<void> {
  const [held] = await db.select({ runId: trainerLock.runId }).from(trainerLock);
  const oldest = sql`now() - make_interval(days => ${afterDays})`;
  const abandoned = await db
    .select()
    .from(trainingRuns)
    .where(and(inArray(trainingRuns.state, ["queued", "running"]), lt(trainingRuns.createdAt, oldest)));
  const failed: RunEnd = {
    state: "failed",
    reason: `Nobody has worked on this run for ${afterDays} days. Later runs have taken its place.`,
    errorCode: "TRAINING_CANCELLED",
  };
  for (const run of abandoned) {
    if (run.id !== held?.runId) await endRun(db, run.id, endAskedFor(run) ?? failed);
  }
}

/** The last run that trained on these data with this configuration to its end, whatever was decided. */
export async function findSameRun(
  db: Database,
  run: Pick<TrainingRun, "id" | "configDigest">,
  datasetDigest: Digest,
): Promise<TrainingRun | null> {
  const [same] = await db
    .select()
    .from(trainingRuns)
    .where(
      and(
        eq(trainingRuns.state, "succeeded"),
        eq(trainingRuns.configDigest, run.configDigest),
        eq(trainingRuns.datasetDigest, datasetDigest),
        ne(trainingRuns.id, run.id),
      ),
    )
    .orderBy(desc(trainingRuns.finishedAt))
    .limit(1);
  return same ?? null;
}
