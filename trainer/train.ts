import { createHash } from "node:crypto";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { createRandom } from "@/lib/random";
import { prepareInitialWeights } from "@/lib/resnet18/initial-weights";
import { parseSafetensors, type Weights, writeSafetensors } from "@/lib/safetensors/safetensors";
import type { EpochMetrics, TrainJob, TrainResult } from "@/lib/training/job";
import { calibrate } from "./calibrate";
import { restoreCheckpoint, writeCheckpoint } from "./checkpoint";
import { type LoadedCases, listCases, loadCases, samplePatients } from "./data/load-cases";
import type { JobContext } from "./job-context";
import { readProvenance } from "./provenance";
import { createTrainingState, runTrainingLoop, type TrainingState } from "./training-loop";

/**
 * One training run: load → train → round to fp16 → calibrate → store the weights.
 * Everything after training uses the rounded weights, since they are what is published.
 */
export async function runTrainJob(job: TrainJob, context: JobContext): Promise<TrainResult> {
  const startedAt = performance.now();
  const { config } = job;
  const { train, validation, heldOut } = await loadData(job, context);
  const loadMs = performance.now() - startedAt;
  const state = await trainModel(job, context, train, validation);
  const epochsMs = state.epochs.reduce((sum, epoch) => sum + epoch.durationMs, 0);
  const trainedAt = performance.now();
  const bytes = writeSafetensors(state.best.weights, "F16", { architecture: "resnet18" });
  const rounded = parseSafetensors(bytes).weights;
  const calibration = await calibrate(context, rounded, { train, validation, heldOut }, config);
  const stored = await context.store.put(bytes);
  return {
    kind: "train",
    engine: context.engine.name,
    weightsDigest: stored.digest,
    weightsSizeBytes: stored.sizeBytes,
    bestEpoch: state.best.epoch,
    epochs: state.epochs,
    ...calibration,
    provenance: await readProvenance(context.engine),
    trainingImages: train.cases.length,
    trainingPatients: new Set(train.cases.map((item) => item.patientId)).size,
    // Epochs that an earlier, killed process finished count too.
    durationMs: Math.round(loadMs + epochsMs + performance.now() - trainedAt),
    imagesPerSecond: (state.step * config.batchSize) / (epochsMs / 1000),
    ...(context.features ? { features: context.features.counts } : {}),
  };
}

async function loadData(job: TrainJob, { store, signal, report }: JobContext) {
  const { config } = job;
  const all = await listCases(store, job.datasetDigest, ["train", "validation", "test"]);
  const chosen = samplePatients(
    all.filter((item) => item.split === "train"),
    config.dataFraction,
    config.seed,
  );
  const validation = all.filter((item) => item.split === "validation");
  const test = all.filter((item) => item.split === "test");
  const total = chosen.length + validation.length + test.length;
  const load = (cases: typeof all, before: number) =>
    loadCases(store, cases, {
      size: config.imageSize,
      signal,
      onProgress: (done) => report({ phase: "load", done: before + done, total }),
    });
  return {
    train: await load(chosen, 0),
    validation: await load(validation, chosen.length),
    heldOut: await load(test, chosen.length + validation.length),
  };
}

/**
 * Trains from a job's weights, or goes on at the checkpoint in the context's folder.
 * @param shouldStop asked before each epoch with those that are done
 */
export async function trainModel(
  job: TrainJob,
  context: JobContext,
  train: LoadedCases,
  validation: LoadedCases,
  shouldStop?: (epochs: readonly EpochMetrics[]) => boolean,
): Promise<TrainingState> {
  const { config } = job;
  const { engine, signal, report, jobDirectory } = context;
  const initial = await readInitialWeights(context.store, job);
  const state = createTrainingState(initial, config);
  // Where the end is told may change between two attempts, as when a process comes back on another port.
  const { callbackUrl: _, ...work } = job;
  const configuration = createHash("sha256")
    .update(JSON.stringify([work, engine.name]))
    .digest("hex");
  const resumed = await restoreCheckpoint(jobDirectory, configuration, state);
  if (resumed)
    report({ phase: "resume", epoch: state.epochs.length + 1, epochs: config.epochs, done: 0, total: 0 });
  const checkpoint = (current: TrainingState) => writeCheckpoint(jobDirectory, configuration, current);
  await runTrainingLoop({
    engine,
    config,
    train,
    validation,
    state,
    signal,
    report,
    checkpoint,
    features: context.features,
    ...(shouldStop ? { shouldStop } : {}),
  });
  return state;
}

/** The weights of the first step. @throws ARTIFACT_NOT_FOUND, WEIGHTS_INVALID */
export async function readInitialWeights(
  store: ArtifactStore,
  job: Pick<TrainJob, "initialWeightsDigest" | "config">,
): Promise<Weights> {
  const { weights } = parseSafetensors(await store.get(job.initialWeightsDigest));
  return prepareInitialWeights(weights, createRandom(job.config.seed));
}
