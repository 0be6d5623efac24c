import { and, eq, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { runSteps } from "@/drizzle/schema";
import { describeCause } from "@/lib/errors";
import type { TrainerClient } from "@/lib/server/trainer-client";
import { recordEpochs } from "@/lib/server/training-runs/runs";
import type { JobStatus } from "@/lib/training/job";
import { type FollowOptions, followTrainerJob } from "./follow-trainer-job";
import { RunInterrupted, type Steps } from "./steps";

export interface InProcessStepsOptions {
  db: Database;
  runId: string;
  trainer: TrainerClient;
  log(line: string): void;
  onJobStatus?: ((status: JobStatus) => void) | undefined;
  signal?: AbortSignal | undefined;
  follow?: FollowOptions | undefined;
}

/** Steps in this process, journalled in Postgres: what has finished is not done again after a crash. */
export function inProcessSteps(options: InProcessStepsOptions): Steps {
  const { db, runId, trainer, log, onJobStatus, signal, follow } = options;

  async function run<T>(name: string, action: () => Promise<T>): Promise<T> {
    if (signal?.aborted) throw new RunInterrupted("The run was interrupted.");
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

  let recordedEpochs = 0;
  async function onStatus(status: JobStatus): Promise<void> {
    onJobStatus?.(status);
    if (status.kind !== "train" || status.epochs.length <= recordedEpochs) return;
    try {
      await recordEpochs(db, runId, status.epochs.slice(recordedEpochs));
      recordedEpochs = status.epochs.length;
    } catch (error) {
      // The record stage writes them all again, so a database that is away for a moment costs nothing.
      log(`epoch metrics could not be recorded yet: ${describeCause(error)}`);
    }
  }

  return {
    run,
    trainerJob: (name, job) =>
      run(name, () => followTrainerJob(trainer, job, { ...follow, onStatus, log, signal })),
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
