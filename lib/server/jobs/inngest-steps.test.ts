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

function setUp(answers: JobStatus[], events: unknown[] = []) {
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
  const poll = vi.fn(async () => answers.shift() ?? running(0));
  const cancel = vi.fn(async () => {});
  const dispatch = vi.fn(async () => running(0));
  const options = {
    step: step as unknown as InngestStepsOptions["step"],
    dispatch,
    poll,
    cancel,
    isCancelled: async () => false,
  };
  return { steps: inngestSteps(options), options, step, names, poll, cancel };
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

  it("that has ended already needs no wait", async () => {
    const { options, step } = setUp([]);
    const steps = inngestSteps({ ...options, dispatch: async () => succeeded });
    expect(await steps.trainerJob("evaluate", job)).toEqual(result);
    expect(step.waitForEvent).not.toHaveBeenCalled();
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
