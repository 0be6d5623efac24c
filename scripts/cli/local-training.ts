import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { scratchStore } from "@/lib/artifacts/scratch-store";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { ensureWeightsStored, readCurrentManifest } from "@/lib/node/current-model";
import { inDataDirectory } from "@/lib/node/data-directory";
import { folderArtifactStore, localArtifactStore } from "@/lib/node/folder-artifact-store";
import { type ImportedDataset, importFolder } from "@/lib/node/import-dataset";
import type { TrainingConfig } from "@/lib/training/config";
import { type CasePrediction, casePredictionSchema, type JobProgress, type Split } from "@/lib/training/job";
import type { Engine } from "@/trainer/engines/engine";
import { openEngine } from "@/trainer/engines/open";
import { runEvaluateJob } from "@/trainer/evaluate";
import type { JobContext } from "@/trainer/job-context";
import { type ProgressLine, progressLine } from "./progress";

/** Training in a command's own process, on this machine's artifacts: what the trainer does without its service. */
export interface LocalTraining {
  store: ArtifactStore;
  engine: Engine;
  progress: ProgressLine;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  importData(folder: string): Promise<ImportedDataset>;
  /**
   * Does work whose checkpoints lie in a folder of this name. What is interrupted goes on there; the folder goes when
   * the work has ended.
   */
  inJobFolder<T>(name: string, work: (context: JobContext) => Promise<T>, prefix?: string): Promise<T>;
  /** The same, and artifacts that the work makes go with the folder. */
  inScratchFolder<T>(name: string, work: (context: JobContext) => Promise<T>, prefix?: string): Promise<T>;
}

/** @param engineName absent: the one of TRAINER_ENGINE, or the first that works. @throws ENGINE_UNAVAILABLE */
export async function openLocalTraining(engineName = process.env.TRAINER_ENGINE): Promise<LocalTraining> {
  const store = localArtifactStore();
  const engine = await openEngine(engineName);
  const progress = progressLine();
  const signal = interruptSignal();
  const inJobFolder: LocalTraining["inJobFolder"] = async (name, work, prefix = "") => {
    const jobDirectory = inDataDirectory("trainer", name);
    await mkdir(jobDirectory, { recursive: true });
    const report = (step: JobProgress) => showProgress(step, progress, prefix);
    const result = await work({ store, engine, jobDirectory, signal, report });
    await rm(jobDirectory, { recursive: true, force: true });
    return result;
  };
  return {
    store,
    engine,
    progress,
    signal,
    importData: (folder) =>
      importFolder(folder, store, {
        onProgress: ({ done, total }) => {
          if (signal.aborted) throw new PneumoscopeError("TRAINING_CANCELLED", "Interrupted while reading.");
          progress.update(`reading ${done} of ${total}`);
        },
      }),
    inJobFolder,
    inScratchFolder: (name, work, prefix) =>
      inJobFolder(
        name,
        (context) => {
          const scratch = folderArtifactStore(path.join(context.jobDirectory, "artifacts"));
          return work({ ...context, store: scratchStore(store, scratch) });
        },
        prefix,
      ),
  };
}

/** The first Ctrl-C asks the work to stop at its next step; a second one ends the process. */
function interruptSignal(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());
  return interrupt.signal;
}

function showProgress(step: JobProgress, progress: ProgressLine, prefix: string): void {
  if (step.epochMetrics) {
    progress.done(`${prefix}${JSON.stringify(step.epochMetrics)}`);
    return;
  }
  const rate = step.imagesPerSecond ? `, ${step.imagesPerSecond.toFixed(1)} images/s` : "";
  const epoch = step.epoch ? ` epoch ${step.epoch} of ${step.epochs}` : "";
  progress.update(`${prefix}${step.phase}${epoch}: ${step.done} of ${step.total}${rate}`);
}

/** Stores the weights that a training starts from. @throws FILE_NOT_FOUND */
export async function storeWeightsFile(store: ArtifactStore, file: string): Promise<Digest> {
  const bytes = await readFile(file).catch((cause) => {
    throw new PneumoscopeError("FILE_NOT_FOUND", `The weights file ${file} cannot be read.`, { cause });
  });
  return (await store.put(bytes)).digest;
}

/** The weights in use, where no file is named. @throws FILE_NOT_FOUND */
export async function initialWeights(store: ArtifactStore, file: string | undefined): Promise<Digest> {
  if (file) return storeWeightsFile(store, file);
  const { manifest } = await readCurrentManifest(store);
  await ensureWeightsStored(store, manifest.weights.digest);
  return manifest.weights.digest;
}

/** What weights say about the cases on the given sides of a dataset version. */
export async function predictSplits(
  context: JobContext,
  model: {
    datasetDigest: Digest;
    weightsDigest: Digest;
    config: Pick<TrainingConfig, "imageSize" | "views">;
    splits: Split[];
  },
): Promise<CasePrediction[]> {
  const { datasetDigest, weightsDigest, config, splits } = model;
  const { imageSize, views } = config;
  const { predictionsDigest } = await runEvaluateJob(
    { kind: "evaluate", jobId: "predict", datasetDigest, weightsDigest, imageSize, views, splits },
    context,
  );
  const text = new TextDecoder().decode(await context.store.get(predictionsDigest));
  return casePredictionSchema.array().parse(JSON.parse(text));
}
