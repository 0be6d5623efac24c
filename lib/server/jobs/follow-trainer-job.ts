import { setTimeout as delay } from "node:timers/promises";
import { describeError, type ErrorCode, PneumoscopeError } from "@/lib/errors";
import type { TrainerClient } from "@/lib/server/trainer-client";
import type { JobStatus, TrainerJob, TrainerResult } from "@/lib/training/job";
import { RunInterrupted } from "./steps";
import { isUnknownJob } from "./stop-trainer-job";

export interface FollowOptions {
  /** Called with every change of the job's status. */
  onStatus?: (status: JobStatus) => Promise<void> | void;
  log?: (line: string) => void;
  /** Stops following; the job itself goes on. */
  signal?: AbortSignal | undefined;
  /** How often in a row the trainer may fail to answer. */
  maxFailures?: number;
  firstPauseMs?: number;
  longestPauseMs?: number;
  /** A job that reports nothing new for so long is cancelled. */
  stallMs?: number;
}

const defaults = { maxFailures: 8, firstPauseMs: 500, longestPauseMs: 30_000, stallMs: 20 * 60_000 };

/**
 * Starts a job and follows its events to the end. Reconnects when the trainer goes away or restarts: starting the
 * job again is how it is taken up, since a job is known by its id.
 * @throws TRAINER_UNREACHABLE after `maxFailures` attempts in a row, TRAINER_JOB_FAILED where it stalls, the job's
 * own error where it fails, RunInterrupted on `signal`
 */
export async function followTrainerJob(
  client: TrainerClient,
  job: TrainerJob,
  options: FollowOptions = {},
): Promise<TrainerResult> {
  const { maxFailures, firstPauseMs, longestPauseMs, stallMs } = { ...defaults, ...options };
  for (let failures = 0; ; ) {
    try {
      const started = await client.start(job);
      failures = 0;
      await options.onStatus?.(started);
      const ended = isFinal(started)
        ? started
        : await lastStatus(client, job.jobId, stallMs, options, () => {
            failures = 0;
          });
      return resultOf(ended);
    } catch (error) {
      if (options.signal?.aborted) throw new RunInterrupted("The run was interrupted.");
      if (!isUnreachable(error)) throw error;
      failures++;
      if (failures >= maxFailures) throw error;
      const pauseMs = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
      options.log?.(
        `${describeError(error)} Trying again (${failures} of ${maxFailures - 1}) in ${pauseMs} ms.`,
      );
      await delay(pauseMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

async function lastStatus(
  client: TrainerClient,
  jobId: string,
  stallMs: number,
  { onStatus, signal }: FollowOptions,
  onAnswer: () => void,
): Promise<JobStatus> {
  const stalled = new AbortController();
  const stop = signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal;
  let latest = "";
  let timer = setTimeout(() => stalled.abort(), stallMs);
  try {
    for await (const status of client.events(jobId, stop)) {
      onAnswer();
      const text = JSON.stringify(status);
      if (text !== latest) {
        latest = text;
        clearTimeout(timer);
        timer = setTimeout(() => stalled.abort(), stallMs);
        await onStatus?.(status);
      }
      if (isFinal(status)) return status;
    }
  } catch (error) {
    if (!stalled.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  if (stalled.signal.aborted) throw await stall(client, jobId, stallMs, latest);
  throw new PneumoscopeError("TRAINER_UNREACHABLE", "The trainer ended its report before the job had ended.");
}

async function stall(client: TrainerClient, jobId: string, stallMs: number, latest: string) {
  await client.cancel(jobId).catch(() => undefined);
  return new PneumoscopeError(
    "TRAINER_JOB_FAILED",
    `Job ${jobId} made no progress for ${Math.round(stallMs / 1000)} s and was cancelled. ` +
      `Its last report: ${latest || "none"}. Look at the trainer's log.`,
  );
}

export function isFinal(status: JobStatus): boolean {
  return status.state === "succeeded" || status.state === "failed" || status.state === "cancelled";
}

/** The result of a job that has ended. @throws the job's error, TRAINING_CANCELLED, TRAINER_JOB_FAILED */
export function resultOf(status: JobStatus): TrainerResult {
  if (status.state === "succeeded" && status.result) return status.result;
  if (status.state === "cancelled") {
    throw new PneumoscopeError("TRAINING_CANCELLED", `Job ${status.jobId} was cancelled on the trainer.`);
  }
  const reason = status.error?.message ?? "it gave no reason";
  const code = (status.error?.code as ErrorCode | undefined) ?? "TRAINER_JOB_FAILED";
  throw new PneumoscopeError(code, `Job ${status.jobId} failed on the trainer: ${reason}`);
}

function isUnreachable(error: unknown): boolean {
  if (isUnknownJob(error)) return true;
  return error instanceof PneumoscopeError && error.code === "TRAINER_UNREACHABLE";
}
