import { setTimeout as sleep } from "node:timers/promises";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import type { TrainJob, TrainResult } from "@/lib/training/job";
import type { Engine } from "@/trainer/engines/engine";
import type { JobContext } from "@/trainer/job-context";
import { serveJob } from "@/trainer/serve-job";

const epochs = 400;
const epochMs = 400;

// Trains for minutes without any arithmetic, so that a journey has something to watch and to cancel.
serveJob(async () => ({
  openEngine: async () => ({ name: "wasm" }) as unknown as Engine,
  openStore: () => localArtifactStore(),
  runTrainJob: trainSlowly,
  runEvaluateJob: () => Promise.reject(new Error("this trainer only trains")),
}));

async function trainSlowly(_job: TrainJob, { report, signal }: JobContext): Promise<TrainResult> {
  for (let epoch = 1; epoch <= epochs; epoch++) {
    report({ phase: "train", epoch, epochs, done: 8, total: 16, imagesPerSecond: 40, loss: 1 / epoch });
    await sleep(epochMs, undefined, { signal });
    report({
      phase: "validate",
      epoch,
      epochs,
      done: 4,
      total: 4,
      epochMetrics: {
        epoch,
        train_loss: 0.7 / Math.sqrt(epoch),
        train_accuracy: 0.9,
        val_loss: 0.8 / Math.sqrt(epoch),
        val_accuracy: 0.88,
        precision: 0.9,
        recall: 0.95,
        specificity: 0.8,
        f1: 0.92,
        auc: 1 - 0.3 / epoch,
        learningRate: 0.0002,
        durationMs: epochMs,
      },
    });
  }
  throw new Error("the journey should have cancelled this");
}
