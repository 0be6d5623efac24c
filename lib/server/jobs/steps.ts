import type {
  EvaluateJob,
  EvaluateResult,
  TrainerJob,
  TrainerResult,
  TrainJob,
  TrainResult,
} from "@/lib/training/job";

/**
 * How the loop runs its parts. A step that has finished is not run again when the loop is started anew after a
 * crash: its output is returned. Outputs are small JSON: ids, digests and figures, never tensors or images.
 */
export interface Steps {
  run<T>(name: string, action: () => Promise<T>): Promise<T>;
  /** Has the trainer do a job and waits for its end. @throws TRAINER_UNREACHABLE, TRAINER_JOB_FAILED, … */
  trainerJob(name: string, job: TrainerJob): Promise<TrainerResult>;
}

/** The step that ends a run badly; it is taken also when the run is cancelled. */
export const failStep = "fail";

export async function trainStep(steps: Steps, name: string, job: TrainJob): Promise<TrainResult> {
  const result = await steps.trainerJob(name, job);
  if (result.kind !== "train")
    throw new Error(`The trainer answered job ${job.jobId} with a ${result.kind} result.`);
  return result;
}

export async function evaluateStep(steps: Steps, name: string, job: EvaluateJob): Promise<EvaluateResult> {
  const result = await steps.trainerJob(name, job);
  if (result.kind !== "evaluate") {
    throw new Error(`The trainer answered job ${job.jobId} with a ${result.kind} result.`);
  }
  return result;
}

/** The process stops, but the run does not: it goes on from its journal when it is started again. */
export class RunInterrupted extends Error {
  override name = "RunInterrupted";
}
