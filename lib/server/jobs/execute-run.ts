import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "@/drizzle/client";
import { describeError, type ErrorCode, PneumoscopeError } from "@/lib/errors";
import type { TrainerClient } from "@/lib/server/trainer-client";
import { requireRun } from "@/lib/server/training-runs/runs";
import type { JobStatus } from "@/lib/training/job";
import type { FollowOptions } from "./follow-trainer-job";
import { inProcessSteps } from "./in-process-steps";
import { type RetrainDependencies, type RetrainOutcome, retrain } from "./retrain";
import { RunInterrupted } from "./steps";
import {
  acquireTrainerLock,
  currentLock,
  type LockHolder,
  newLockHolder,
  releaseDeadLock,
  releaseTrainerLock,
  renewTrainerLock,
  runInProgress,
} from "./trainer-lock";

export interface ExecuteOptions extends RetrainDependencies {
  trainer: TrainerClient;
  /** How long to wait while another run trains. */
  waitForLockMs?: number;
  onJobStatus?: (status: JobStatus) => void;
  signal?: AbortSignal;
  follow?: FollowOptions;
  leaseMs?: number;
}

const defaultLeaseMs = 90_000;

/**
 * Runs the loop in this process, from its start or from where an interrupted attempt had got to, under the lock
 * that lets one training run at a time.
 * @throws RUN_IN_PROGRESS while another holds the lock, RunInterrupted, and whatever made the run fail
 */
export async function executeRun(runId: string, options: ExecuteOptions): Promise<RetrainOutcome> {
  const { db, signal } = options;
  const leaseMs = options.leaseMs ?? defaultLeaseMs;
  const lock = newLockHolder(runId);
  await waitForLock(lock, leaseMs, options);
  const lost = new AbortController();
  const stopRenewing = keepLock(lock, leaseMs, options, () => lost.abort());
  try {
    await requireNotFailed(db, runId);
    const stop = signal ? AbortSignal.any([signal, lost.signal]) : lost.signal;
    return await retrain(inProcessSteps({ ...options, runId, signal: stop }), options, runId);
  } finally {
    await stopRenewing();
    await releaseTrainerLock(db, lock).catch(() => undefined);
  }
}

/** While this process waited for the lock, another may have brought the run to a bad end: that end stands. */
async function requireNotFailed(db: Database, runId: string): Promise<void> {
  const { state, reason, errorCode } = await requireRun(db, runId);
  if (state !== "failed") return;
  throw new PneumoscopeError(errorCode as ErrorCode, `Run ${runId} has failed before: ${reason}`);
}

async function waitForLock(lock: LockHolder, leaseMs: number, options: ExecuteOptions): Promise<void> {
  const { db, signal, log } = options;
  const deadline = Date.now() + (options.waitForLockMs ?? 0);
  await releaseDeadLock(db);
  for (let waits = 0; !(await acquireTrainerLock(db, lock, leaseMs)); waits++) {
    const other = await currentLock(db);
    // Free again between the two questions.
    if (!other) continue;
    if (Date.now() >= deadline) throw runInProgress(other.runId);
    if (waits === 0) log(`waiting for run ${other.runId} to end`);
    await delay(Math.min(15_000, leaseMs / 4), undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) throw new RunInterrupted("The run was interrupted.");
  }
}

/**
 * Renews the lease until the returned function is called and has resolved. A lease that another took over (this
 * machine slept, say) means that this attempt must end.
 */
function keepLock(
  lock: LockHolder,
  leaseMs: number,
  { db, log }: ExecuteOptions,
  onLost: () => void,
): () => Promise<void> {
  let renewal: Promise<void> = Promise.resolve();
  async function renew(): Promise<void> {
    try {
      if (await renewTrainerLock(db, lock, leaseMs)) return;
      log(`run ${lock.runId} lost its lock to another process and ends here`);
      onLost();
    } catch (error) {
      log(`the trainer lock could not be renewed: ${describeError(error)}`);
    }
  }
  const timer = setInterval(() => {
    renewal = renewal.then(renew);
  }, leaseMs / 4);
  timer.unref();
  return () => {
    clearInterval(timer);
    return renewal;
  };
}
