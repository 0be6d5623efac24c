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
  /**
   * Asks the trainer about a job, records its epochs and renews the lock.
   * @returns null where the job must be sent again: the trainer has lost it, or another run has the lock by now
   */
  poll(jobId: string): Promise<JobStatus | null>;
  /** Asks the trainer to stop a job. */
  cancel(jobId: string): Promise<void>;
  /** Whether somebody cancels the run; asked when a step runs, not when it is replayed. */
  isCancelled(): Promise<boolean>;
  /** Asked when a step runs, too. @returns false where another run took the lock over, after a long absence say */
  renewLock(): Promise<boolean>;
  /** Waits until the lock is this run's again, in steps whose names begin so. @throws where the run ended meanwhile */
  takeLockAgain(name: string): Promise<void>;
}

/** The callback may come before the wait is registered, so a wait is short and is followed by a question. */
const waitFor = "10m";
const maxWaits = 144;
/** Questions in a row with the same answer, while running, after which a job counts as stalled. */
const maxUnchanged = 6;
/** The output of a step that did nothing, since another run had the lock. */
const lockLost = "another run has the lock";

/** Steps as Inngest's: no call stays open while the trainer works. */
export function inngestSteps(options: InngestStepsOptions): Steps {
  const { step, dispatch, poll, cancel } = options;

  async function ask<T>(name: string, action: () => Promise<T>): Promise<T> {
    // Inngest types a step's output as JSON; the loop's outputs are.
    return (await step.run(name, () => lastingFailures(action))) as T;
  }

  async function run<T>(name: string, action: () => Promise<T>): Promise<T> {
    if (name === failStep) return ask(name, action);
    for (let attempt = 1; ; attempt++) {
      const label = attempt === 1 ? name : `${name}: attempt ${attempt}`;
      const output = await ask(label, async () => {
        if (await options.isCancelled())
          throw new PneumoscopeError("TRAINING_CANCELLED", "The run was cancelled.");
        return (await options.renewLock()) ? action() : lockLost;
      });
      if (output !== lockLost) return output as T;
      await options.takeLockAgain(`${label}: `);
    }
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
      const answer = await ask(`${name}: status ${wait}`, () => poll(job.jobId));
      // A job is known by its id: one that the trainer still has is only taken up.
      status = answer ?? (await run(`${name}: dispatch again ${wait}`, () => dispatch(job)));
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
