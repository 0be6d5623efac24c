import { type GetStepTools, type Inngest, NonRetriableError } from "inngest";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { JobStatus, TrainerJob, TrainerResult } from "@/lib/training/job";
import { isFinal, resultOf } from "./follow-trainer-job";
import { trainerJobFinished } from "./inngest-client";
import { failStep, type Steps } from "./steps";

export interface InngestStepsOptions {
  step: GetStepTools<Inngest>;
  /** Sends a job to the trainer. */
  dispatch(job: TrainerJob): Promise<JobStatus>;
  /** Asks the trainer about a job, records its epochs and renews the lock. */
  poll(jobId: string): Promise<JobStatus>;
  /** Asks the trainer to stop a job. */
  cancel(jobId: string): Promise<void>;
  /** Whether somebody cancels the run; asked when a step runs, not when it is replayed. */
  isCancelled(): Promise<boolean>;
}

/** The callback may come before the wait is registered, so a wait is short and is followed by a question. */
const waitFor = "10m";
const maxWaits = 144;
/** Questions in a row with the same answer, while running, after which a job counts as stalled. */
const maxUnchanged = 6;

/** Steps as Inngest's: no call stays open while the trainer works. */
export function inngestSteps({ step, dispatch, poll, cancel, isCancelled }: InngestStepsOptions): Steps {
  async function ask<T>(name: string, action: () => Promise<T>): Promise<T> {
    // Inngest types a step's output as JSON; the loop's outputs are.
    return (await step.run(name, () => lastingFailures(action))) as T;
  }

  function run<T>(name: string, action: () => Promise<T>): Promise<T> {
    return ask(name, async () => {
      if (name !== failStep && (await isCancelled()))
        throw new PneumoscopeError("TRAINING_CANCELLED", "The run was cancelled.");
      return action();
    });
  }

  async function trainerJob(name: string, job: TrainerJob): Promise<TrainerResult> {
    let status = await run(`${name}: dispatch`, () => dispatch(job));
    let unchanged = 0;
    for (let wait = 1; !isFinal(status); wait++) {
      const finished = await step.waitForEvent(`${name}: wait ${wait}`, {
        event: trainerJobFinished,
        timeout: waitFor,
        if: `async.data.jobId == "${job.jobId}"`,
      });
      const before = JSON.stringify(status);
      // The event only wakes us: what the trainer says is asked from the trainer, which also records the epochs.
      status = await ask(`${name}: status ${wait}`, () => poll(job.jobId));
      unchanged = finished || JSON.stringify(status) !== before ? 0 : unchanged + 1;
      if (!isFinal(status) && (unchanged >= maxUnchanged || wait >= maxWaits)) {
        await ask(`${name}: cancel`, async () => {
          await cancel(job.jobId).catch(() => undefined);
          return null;
        });
        throw new PneumoscopeError(
          "TRAINER_JOB_FAILED",
          `Job ${job.jobId} made no progress for ${unchanged} questions, ${waitFor} apart, and was cancelled.`,
        );
      }
    }
    return resultOf(status);
  }

  return { run, trainerJob };
}

/** What another attempt cannot mend is not tried again. An error keeps only its message on the way, so that names the code. */
async function lastingFailures<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof PneumoscopeError)) throw error;
    const message = `${error.code}: ${describeError(error)}`;
    if (passing.has(error.code)) throw new Error(message, { cause: error });
    throw new NonRetriableError(message, { cause: error });
  }
}

const passing = new Set<string>([
  "TRAINER_UNREACHABLE",
  "DATABASE_UNAVAILABLE",
  "NETWORK_FAILED",
  "DATA_REMOTE_FAILED",
]);
