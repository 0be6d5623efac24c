import { PneumoscopeError } from "@/lib/errors";
import type { TrainerClient } from "@/lib/server/trainer-client";
import type { JobStatus } from "@/lib/training/job";

/** Stops whatever the trainer does for a run. @returns the job that was stopped, or null */
export async function stopTrainerJob(trainer: TrainerClient, runId: string): Promise<string | null> {
  const { runningJobId } = await trainer.health();
  if (!runningJobId?.startsWith(`${runId}-`)) return null;
  await cancelJob(trainer, runningJobId);
  return runningJobId;
}

/** @returns null where the trainer does not know the job, which then needs no stopping @throws TRAINER_UNREACHABLE */
export async function cancelJob(trainer: TrainerClient, jobId: string): Promise<JobStatus | null> {
  return trainer.cancel(jobId).catch(nullIfUnknown);
}

/** @returns null where the trainer does not know the job, or knows it no more @throws TRAINER_UNREACHABLE */
export async function jobStatus(trainer: TrainerClient, jobId: string): Promise<JobStatus | null> {
  return trainer.status(jobId).catch(nullIfUnknown);
}

function nullIfUnknown(error: unknown): null {
  if (isUnknownJob(error)) return null;
  throw error;
}

/** Whether the trainer says that it has no such job, or has it no more. */
export function isUnknownJob(error: unknown): boolean {
  return error instanceof PneumoscopeError && error.code === "TRAINER_JOB_NOT_FOUND";
}
