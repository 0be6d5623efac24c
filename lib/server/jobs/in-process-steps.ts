import { and, eq, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { runSteps } from "@/drizzle/schema";
import { describeCause } from "@/lib/errors";
import type { TrainerClient } from "@/lib/server/trainer-client";
import { cancelledError, recordEpochs, recordProgress } from "@/lib/server/training-runs/runs";
import { describeChange } from "@/lib/training/describe-change";
import type { JobStatus, TrainerJob, TrainerResult } from "@/lib/training/job";
import { type FollowOptions, followTrainerJob } from "./follow-trainer-job";
import { failStep, RunInterrupted, type Steps } from "./steps";
import { cancelJob } from "./stop-trainer-job";

const progressEveryMs = 2_000;

export interface InProcessStepsOptions {
  db: Database;
  runId: string;
  trainer: TrainerClient;
  log(line: string): void;
  onJobStatus?: ((status: JobStatus) => void) | undefined;
  /** The process stops; the run does not. */
  signal?: AbortSignal | undefined;
  /** Somebody cancels the run. */
  cancelled?: AbortSignal | undefined;
  follow?: FollowOptions | undefined;
}

/** Steps in this process, journalled in Postgres: what has finished is not done again after a crash. */
export function inProcessSteps(options: InProcessStepsOptions): Steps {
  const { db, runId, trainer, log, signal, cancelled, follow } = options;

  async function run<T>(name: string, action: () => Promise<T>): Promise<T> {
    if (signal?.aborted) throw new RunInterrupted("The run was interrupted.");
    if (cancelled?.aborted && name !== failStep) throw cancelledError(runId);
    const journalled = await finishedOutput<T>(db, runId, name);
    if (journalled) return journalled.value;
    await noteAttempt(db, runId, name);
    const value = asJson(await action());
    await db
      .update(runSteps)
      .set({ output: { value }, finishedAt: new Date() })
      .where(and(eq(runSteps.runId, runId), eq(runSteps.name, name)));
    return value;
  }

  async function trainerJob(name: string, job: TrainerJob): Promise<TrainerResult> {
    const onStatus = followStatus(options);
    const stop = AbortSignal.any([signal, cancelled].filter((one) => one !== undefined));
    try {
      return await followTrainerJob(trainer, job, { ...follow, onStatus, log, signal: stop });
    } catch (error) {
      if (!cancelled?.aborted) throw error;
      await cancelJob(trainer, job.jobId).catch((refusal) =>
        log(`${name}: the trainer could not be told to stop: ${describeCause(refusal)}`),
      );
      throw cancelledError(runId);
    }
  }

  return { run, trainerJob: (name, job) => run(name, () => trainerJob(name, job)) };
}

/** Keeps what a job says of itself: epochs as they end, progress every few seconds, a line for each turn. */
function followStatus({ db, runId, log, onJobStatus }: InProcessStepsOptions) {
  let recordedEpochs = 0;
  let progressAt = 0;
  let before: JobStatus | null = null;
  return async (status: JobStatus): Promise<void> => {
    onJobStatus?.(status);
    for (const line of describeChange(before, status)) log(line);
    before = status;
    try {
      if (status.progress && Date.now() - progressAt >= progressEveryMs) {
        progressAt = Date.now();
        await recordProgress(db, runId, status.progress);
      }
      if (status.kind !== "train" || status.epochs.length <= recordedEpochs) return;
      await recordEpochs(db, runId, status.epochs.slice(recordedEpochs));
      recordedEpochs = status.epochs.length;
    } catch (error) {
      // The record stage writes them all again, so a database that is away for a moment costs nothing.
      log(`epoch metrics could not be recorded yet: ${describeCause(error)}`);
    }
  };
}

async function finishedOutput<T>(db: Database, runId: string, name: string): Promise<{ value: T } | null> {
  const [row] = await db
    .select({ output: runSteps.output })
    .from(runSteps)
    .where(and(eq(runSteps.runId, runId), eq(runSteps.name, name)));
  return row?.output && "value" in row.output ? (row.output as { value: T }) : null;
}

async function noteAttempt(db: Database, runId: string, name: string): Promise<void> {
  await db
    .insert(runSteps)
    .values({ runId, name })
    .onConflictDoUpdate({
      target: [runSteps.runId, runSteps.name],
      set: { attempts: sql`${runSteps.attempts} + 1`, startedAt: new Date() },
    });
}

/** The first run sees what a resumed one would. */
function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null)) as T;
}
