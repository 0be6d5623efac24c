import { setTimeout as delay } from "node:timers/promises";
import { describeError } from "@/lib/errors";
import type { TrainerClient } from "@/lib/server/trainer-client";
import { openRunLog } from "@/lib/server/training-runs/log";
import { cancelledError, endIfCancelled, requireNoBadEnd, requireRun } from "@/lib/server/training-runs/runs";
import type { JobStatus } from "@/lib/training/job";
import type { FollowOptions } from "./follow-trainer-job";
import { inProcessSteps } from "./in-process-steps";
import { retrain } from "./retrain";
import type { RetrainOutcome } from "./stages/end";
import type { RetrainDependencies } from "./stages/run-context";
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
import { watchCancel } from "./watch-cancel";

export interface ExecuteOptions extends RetrainDependencies {
  trainer: TrainerClient;
  /** How long to wait while another run trains. */
  waitForLockMs?: number;
  onJobStatus?: (status: JobStatus) => void;
  signal?: AbortSignal;
  follow?: FollowOptions;
  leaseMs?: number;
  /** How often the record is asked whether somebody cancels the run. */
  cancelPollMs?: number;
}

const defaultLeaseMs = 90_000;

/**
 * Runs the loop in this process, from its start or from where an interrupted attempt had got to, under the lock
 * that lets one training run at a time.
 * @throws RUN_IN_PROGRESS while another holds the lock, RunInterrupted, and whatever made the run fail
 */
export async function executeRun(runId: string, options: ExecuteOptions): Promise<RetrainOutcome> {
  const { db } = options;
  const watch = await watchCancel(db, runId, options.cancelPollMs);
  const kept = openRunLog(db, runId);
  const log = (line: string) => {
    options.log(line);
    kept.log(line);
  };
  try {
    return await executeLocked(runId, { ...options, log }, watch.signal);
  } finally {
    watch.stop();
    await kept.close();
  }
}

async function executeLocked(
  runId: string,
  options: ExecuteOptions,
  cancelled: AbortSignal,
): Promise<RetrainOutcome> {
  const { db, signal } = options;
  const leaseMs = options.leaseMs ?? defaultLeaseMs;
  const lock = newLockHolder(runId);
  await waitForLock(lock, leaseMs, options, cancelled);
  const lost = new AbortController();
  const stopRenewing = keepLock(lock, leaseMs, options, () => lost.abort());
  try {
    // While this process waited for the lock, the run may have come to a bad end elsewhere.
    requireNoBadEnd(await requireRun(db, runId));
    const stop = signal ? AbortSignal.any([signal, lost.signal]) : lost.signal;
    const steps = inProcessSteps({ ...options, runId, signal: stop, cancelled });
    return await retrain(steps, { ...options, ...stoppingImport(runId, options, cancelled) }, runId);
  } finally {
    await stopRenewing();
    await releaseTrainerLock(db, lock).catch(() => undefined);
  }
}

/** An import is one step, and a long one: it ends between two images. What it has stored by then is harmless. */
function stoppingImport(runId: string, { onImportProgress }: ExecuteOptions, cancelled: AbortSignal) {
  return {
    onImportProgress(progress: { done: number; total: number }) {
      if (cancelled.aborted) throw cancelledError(runId);
      onImportProgress?.(progress);
    },
  };
}

async function waitForLock(
  lock: LockHolder,
  leaseMs: number,
  options: ExecuteOptions,
  cancelled: AbortSignal,
): Promise<void> {
  const { db, log } = options;
  const signal = options.signal ? AbortSignal.any([options.signal, cancelled]) : cancelled;
  const deadline = Date.now() + (options.waitForLockMs ?? 0);
  await releaseDeadLock(db);
  for (let waits = 0; !(await acquireTrainerLock(db, lock, leaseMs)); waits++) {
    const other = await currentLock(db);
    // Free again between the two questions.
    if (!other) continue;
    if (cancelled.aborted) {
      // Cancelled while nobody worked on it: only who holds the lock for this very run ends it later.
      if (other.runId !== lock.runId) await endIfCancelled(db, lock.runId);
      throw cancelledError(lock.runId);
    }
    if (Date.now() >= deadline) throw runInProgress(other.runId);
    if (waits === 0) log(`waiting for run ${other.runId} to end`);
    await delay(Math.min(15_000, leaseMs / 4), undefined, { signal }).catch(() => undefined);
    if (options.signal?.aborted) throw new RunInterrupted("The run was interrupted.");
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
