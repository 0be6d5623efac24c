import { existsSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import type { EvaluateJob, EvaluateResult, TrainJob, TrainResult } from "@/lib/training/job";
import type { Engine } from "../engines/engine";
import type { JobContext } from "../job-context";
import { serveJob } from "../serve-job";

// A job whose behaviour is told by its id: "crash-…" dies, "fail-…" throws, "deaf-…" blocks and ignores cancel,
// "slow-…" takes ten checkpointed steps of 200 ms, everything else ends at once.
serveJob(async () => ({
  openEngine: async (name?: string) => {
    if (name === "missing")
      throw new PneumoscopeError("ENGINE_UNAVAILABLE", "The engine “missing” is not here.");
    return { name: "wasm" } as unknown as Engine;
  },
  openStore: () => ({}) as ArtifactStore,
  runTrainJob: async (_job: TrainJob): Promise<TrainResult> => {
    throw new Error("the fake trains nothing");
  },
  runEvaluateJob: fakeWork,
}));

async function fakeWork(job: EvaluateJob, context: JobContext): Promise<EvaluateResult> {
  if (job.jobId.startsWith("crash-")) process.kill(process.pid, "SIGKILL");
  if (job.jobId.startsWith("fail-")) await failOnce(context);
  if (job.jobId.startsWith("deaf-")) block(context);
  const steps = job.jobId.startsWith("slow-") ? 10 : 1;
  let repeated = 0;
  for (let step = 1; step <= steps; step++) {
    if (await isDone(context, step)) continue;
    repeated++;
    await sleep(steps > 1 ? 200 : 1, undefined, { signal: context.signal });
    writeFileSync(checkpoint(context, step), "");
    context.report({ phase: "evaluate", done: step, total: steps });
  }
  return {
    kind: "evaluate",
    engine: context.engine.name,
    predictionsDigest: `sha256:${"0".repeat(64)}`,
    cases: repeated,
    durationMs: 1,
  };
}

/** Fails at the first attempt and leaves a checkpoint, so that the second succeeds. */
async function failOnce(context: JobContext): Promise<void> {
  if (await isDone(context, 0)) return;
  writeFileSync(checkpoint(context, 0), "");
  throw new PneumoscopeError("DATASET_INVALID", "case 7 has no label");
}

function block(context: JobContext): void {
  context.report({ phase: "deaf", done: 0, total: 1 });
  const until = Date.now() + 60_000;
  setImmediate(() => {
    while (Date.now() < until);
  });
}

function checkpoint(context: JobContext, step: number): string {
  return path.join(context.jobDirectory, `step-${step}`);
}

async function isDone(context: JobContext, step: number): Promise<boolean> {
  await mkdir(context.jobDirectory, { recursive: true });
  return existsSync(checkpoint(context, step));
}
