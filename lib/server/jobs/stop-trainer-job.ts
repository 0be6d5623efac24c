import { PneumoscopeError } from "@/lib/errors";
import type { TrainerClient } from "@/lib/server/trainer-client";

/** Stops whatever the trainer does for a run. @returns the job that was stopped, or null */
export async function stopTrainerJob(trainer: TrainerClient, runId: string): Promise<string | null> {
  const { runningJobId } = await trainer.health();
  if (!runningJobId?.startsWith(`${runId}-`)) return null;
  await cancelJob(trainer, runningJobId);
  return runningJobId;
}

/** A job that the trainer does not know needs no stopping. @throws TRAINER_UNREACHABLE */
export async function cancelJob(trainer: TrainerClient, jobId: string): Promise<void> {
  try {
    await trainer.cancel(jobId);
  } catch (error) {
    if (error instanceof PneumoscopeError && error.code === "TRAINER_JOB_NOT_FOUND") return;
    throw error;
  }
}
