import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { writeFileAtomic } from "@/lib/node/write-file";
import {
  fakeEpoch,
  fakePredictions,
  fakeTrainResult,
  fakeWeights,
  readTrainingImages,
} from "@/lib/server/testing/fake-work";
import type { EvaluateJob, TrainJob } from "@/lib/training/job";
import type { Engine } from "@/trainer/engines/engine";
import type { JobContext } from "@/trainer/job-context";
import { serveJob } from "@/trainer/serve-job";
import { pidFile, readArmed } from "./armed";
import { countJobEvents, watchedStore } from "./events";

// A job's process: the product's, with a training that takes no time. It reads every image from the store, goes
// through steps with a checkpoint after each, and its weights depend on the whole chain of steps, so that one that was
// taken up again at its checkpoint ends with the same weights as one that was never disturbed.

export const trainingSteps = 6;
const stepMs = 8;
const engineName = "wasm";
const checkpointSchema = z.object({ step: z.int(), chain: z.string(), jobId: z.string() });

serveJob(async () => ({
  openEngine: async () => ({ name: engineName }) as unknown as Engine,
  openStore: (dataDirectory) => folderArtifactStore(path.join(dataDirectory, "artifacts")),
  runTrainJob,
  runEvaluateJob,
}));

async function runTrainJob(job: TrainJob, context: JobContext) {
  const { happens } = await begin("train");
  const store = watchedStore(context.store, happens);
  const training = await readTrainingImages(store, job);
  happens();
  let { step, chain } = await readCheckpoint(context.jobDirectory, job);
  while (step < trainingSteps) {
    await delay(stepMs, undefined, { signal: context.signal });
    step++;
    chain = createHash("sha256").update(`${chain} ${step}`).digest("hex");
    happens();
    await writeFileAtomic(
      checkpointFile(context.jobDirectory),
      JSON.stringify({ step, chain, jobId: job.jobId }),
    );
    context.report({ phase: "train", done: step, total: trainingSteps, epochs: 1, epoch: 1 });
    happens();
  }
  const epoch = fakeEpoch(1);
  context.report({ phase: "validate", done: 1, total: 1, epochMetrics: epoch });
  const weights = await store.put(fakeWeights(Number(process.env.FAULTS_SKILL ?? 0.9), chain));
  happens();
  return fakeTrainResult(engineName, weights, [epoch], training);
}

async function runEvaluateJob(job: EvaluateJob, context: JobContext) {
  const { happens } = await begin("evaluate");
  happens();
  return fakePredictions(engineName, watchedStore(context.store, happens), job);
}

async function begin(kind: "train" | "evaluate") {
  await writeFile(pidFile(readArmed().folder, "job"), String(process.pid));
  return countJobEvents(kind);
}

const checkpointFile = (directory: string) => path.join(directory, "checkpoint.json");

async function readCheckpoint(directory: string, job: TrainJob): Promise<{ step: number; chain: string }> {
  const text = await readFile(checkpointFile(directory), "utf8").catch(() => null);
  const start = createHash("sha256").update(`${job.datasetDigest} ${job.config.seed}`).digest("hex");
  return text === null ? { step: 0, chain: start } : checkpointSchema.parse(JSON.parse(text));
}
