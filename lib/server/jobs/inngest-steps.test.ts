import { NonRetriableError } from "inngest";
import { describe, expect, it, vi } from "vitest";
import { PneumoscopeError } from "@/lib/errors";
import type { EvaluateJob, JobStatus } from "@/lib/training/job";
import { type InngestStepsOptions, inngestSteps } from "./inngest-steps";

const job: EvaluateJob = {
  kind: "evaluate",
  jobId: "run-1-evaluate",
  datasetDigest: `sha256:${"a".repeat(64)}`,
  weightsDigest: `sha256:${"b".repeat(64)}`,
  imageSize: 224,
  views: ["identity"],
  splits: ["test"],
};
const result = {
  kind: "evaluate" as const,
  engine: "fake",
  predictionsDigest: `sha256:${"c".repeat(64)}` as const,
  cases: 3,
  durationMs: 1,
};
const running = (done: number): JobStatus => ({
  jobId: job.jobId,
  kind: "evaluate",
  state: "running",
  epochs: [],
  progress: { phase: "evaluate", done, total: 9 },
});
const succeeded: JobStatus = { jobId: job.jobId, kind: "evaluate", state: "succeeded", epochs: [], result };

function setUp(answers: (JobStatus | null)[], events: unknown[] = []) {
  const names: string[] = [];
  const step = {
    run: vi.fn(async (name: string, action: () => Promise<unknown>) => {
      names.push(name);
      return action();
    }),
    waitForEvent: vi.fn(async (name: string, _options: { if: string; timeout: string }) => {
      names.push(name);
      return events.shift() ?? null;
    }),
  };
  const poll = vi.fn(async () => (answers.length > 0 ? (answers.shift() ?? null) : running(0)));
  const renewLock = vi.fn(async () => true);
  const takeLockAgain = vi.fn(async (_name: string) => {});
  const cancel = vi.fn(async () => {});
  const dispatch = vi.fn(async () => running(0));
  const options = {
    step: step as unknown as InngestStepsOptions["step"],
    dispatch,
    poll,
    cancel,
    isCancelled: async () => false,
    renewLock,
    takeLockAgain,
  };
  return { steps: inngestSteps(options), options, ...options, step, names };
}

describe("a trainer job under Inngest", () => {
  it("is dispatched, waited for and asked about once when its callback comes", async () => {
    const { steps, names, step } = setUp([succeeded], [{ name: "pneumoscope/trainer-job.finished" }]);
    expect(await steps.trainerJob("evaluate", job)).toEqual(result);
    expect(names).toEqual(["evaluate: dispatch", "evaluate: wait 1", "evaluate: status 1"]);
    expect(step.waitForEvent.mock.calls[0]?.[1]).toMatchObject({
      if: 'async.data.jobId == "run-1-evaluate"',
    });
  });

  it("is found by asking when its callback came before the wait", async () => {
    const { steps, poll } = setUp([running(1), running(2), succeeded]);
    expect(await steps.trainerJob("evaluate", job)).toEqual(result);
    expect(poll).toHaveBeenCalledTimes(3);
  });

  it("is cancelled when it stands still", async () => {
    const { steps, poll, cancel } = setUp([]);
    await expect(steps.trainerJob("evaluate", job)).rejects.toMatchObject({ code: "TRAINER_JOB_FAILED" });
    expect(poll).toHaveBeenCalledTimes(6);
    expect(cancel).toHaveBeenCalledWith(job.jobId);
  });

  it("that the trainer has lost is sent again", async () => {
    const { steps, dispatch, names } = setUp([null, succeeded]);
    expect(await steps.trainerJob("evaluate", job)).toEqual(result);
    expect(dispatch.mock.calls).toEqual([[job], [job]]);
    expect(names).toEqual([
      "evaluate: dispatch",
      "evaluate: wait 1",
      "evaluate: status 1",
      "evaluate: dispatch again 1",
      "evaluate: wait 2",
      "evaluate: status 2",
    ]);
  });

  it("that the trainer loses again and again counts as standing still", async () => {
    const { steps, dispatch } = setUp(new Array<null>(20).fill(null));
    await expect(steps.trainerJob("evaluate", job)).rejects.toMatchObject({ code: "TRAINER_JOB_FAILED" });
    expect(dispatch).toHaveBeenCalledTimes(7);
  });

  it("that has ended already needs no wait", async () => {
    const { options, step } = setUp([]);
    const steps = inngestSteps({ ...options, dispatch: async () => succeeded });
    expect(await steps.trainerJob("evaluate", job)).toEqual(result);
    expect(step.waitForEvent).not.toHaveBeenCalled();
  });
});

describe("a step under Inngest whose run has lost the lock", () => {
  it("does nothing until the lock is the run's again, and then does it once", async () => {
    const { steps, names, renewLock, takeLockAgain } = setUp([]);
    renewLock.mockResolvedValueOnce(false);
    const action = vi.fn(async () => 5);
    takeLockAgain.mockImplementation(async () => expect(action).not.toHaveBeenCalled());
    expect(await steps.run("decide", action)).toBe(5);
    expect(action).toHaveBeenCalledOnce();
    expect(takeLockAgain.mock.calls).toEqual([["decide: "]]);
    expect(names).toEqual(["decide", "decide: attempt 2"]);
  });

  it("goes no further where the run was ended meanwhile, and still says so", async () => {
    const { steps, renewLock, takeLockAgain } = setUp([]);
    renewLock.mockResolvedValue(false);
    takeLockAgain.mockRejectedValue(new PneumoscopeError("TRAINING_CANCELLED", "ended"));
    const action = vi.fn(async () => null);
    await expect(steps.run("publish", action)).rejects.toMatchObject({ code: "TRAINING_CANCELLED" });
    expect(action).not.toHaveBeenCalled();
    await steps.run("fail", action);
    expect(action).toHaveBeenCalledOnce();
  });
});

describe("a failing step under Inngest", () => {
  it("is tried again only when that can help, and its message names the code", async () => {
    const { steps } = setUp([]);
    const failing = (code: "DATASET_INVALID" | "TRAINER_UNREACHABLE") =>
      steps.run("x", async () => {
        throw new PneumoscopeError(code, "because");
      });
    const lasting = await failing("DATASET_INVALID").catch((error: unknown) => error);
    expect(lasting).toBeInstanceOf(NonRetriableError);
    expect(lasting).toMatchObject({ message: "DATASET_INVALID: because" });
    const passing = await failing("TRAINER_UNREACHABLE").catch((error: unknown) => error);
    expect(passing).not.toBeInstanceOf(NonRetriableError);
    expect(passing).toMatchObject({ message: "TRAINER_UNREACHABLE: because" });
  });
});
