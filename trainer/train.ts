import { createHash } from "node:crypto";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { fitTemperature } from "@/lib/metrics/calibration";
import { thresholdForSensitivity } from "@/lib/metrics/threshold";
import { createRandom } from "@/lib/random";
import { prepareInitialWeights } from "@/lib/resnet18/initial-weights";
import { type KnownAnswer, knownAnswerInput } from "@/lib/resnet18/known-answer";
import { parseSafetensors, type Weights, writeSafetensors } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import type { TrainJob, TrainResult } from "@/lib/training/job";
import { restoreCheckpoint, writeCheckpoint } from "./checkpoint";
import { type LoadedCases, listCases, loadCases, samplePatients } from "./data/load-cases";
import type { Engine } from "./engines/engine";
import type { JobContext } from "./job-context";
import { predictLogits } from "./predict-logits";
import { createTrainingState, runTrainingLoop, type TrainingState } from "./training-loop";

const knownAnswerSeeds = [1, 2, 3];

/**
 * One training run: load → train → round to fp16 → calibrate on validation patients → store the weights.
 * Everything after training uses the rounded weights, since they are what is published.
 */
export async function runTrainJob(job: TrainJob, context: JobContext): Promise<TrainResult> {
  const startedAt = performance.now();
  const { config } = job;
  const { train, validation } = await loadData(job, context);
  const loadMs = performance.now() - startedAt;
  const state = await trainModel(job, context, train, validation);
  const epochsMs = state.epochs.reduce((sum, epoch) => sum + epoch.durationMs, 0);
  const trainedAt = performance.now();
  const bytes = writeSafetensors(state.best.weights, "F16", { architecture: "resnet18" });
  const rounded = parseSafetensors(bytes).weights;
  const calibration = await calibrate(context, rounded, validation, config);
  const stored = await context.store.put(bytes);
  return {
    kind: "train",
    engine: context.engine.name,
    weightsDigest: stored.digest,
    weightsSizeBytes: stored.sizeBytes,
    bestEpoch: state.best.epoch,
    epochs: state.epochs,
    ...calibration,
    knownAnswers: await computeKnownAnswers(context.engine, rounded, config),
    trainingImages: train.cases.length,
    trainingPatients: new Set(train.cases.map((item) => item.patientId)).size,
    // Epochs that an earlier, killed process finished count too.
    durationMs: Math.round(loadMs + epochsMs + performance.now() - trainedAt),
    imagesPerSecond: (state.step * config.batchSize) / (epochsMs / 1000),
  };
}

async function loadData(job: TrainJob, { store, signal, report }: JobContext) {
  const { config } = job;
  const all = await listCases(store, job.datasetDigest, ["train", "validation"]);
  const chosen = samplePatients(
    all.filter((item) => item.split === "train"),
    config.dataFraction,
    config.seed,
  );
  const held = all.filter((item) => item.split === "validation");
  const load = (cases: typeof all, before: number) =>
    loadCases(store, cases, {
      size: config.imageSize,
      signal,
      onProgress: (done) =>
        report({ phase: "load", done: before + done, total: chosen.length + held.length }),
    });
  return { train: await load(chosen, 0), validation: await load(held, chosen.length) };
}

async function trainModel(job: TrainJob, context: JobContext, train: LoadedCases, validation: LoadedCases) {
  const { config } = job;
  const { engine, signal, report, jobDirectory } = context;
  const initial = await readInitialWeights(context.store, job);
  const state = createTrainingState(initial, config);
  const configuration = createHash("sha256")
    .update(JSON.stringify([job, engine.name]))
    .digest("hex");
  const resumed = await restoreCheckpoint(jobDirectory, configuration, state);
  if (resumed)
    report({ phase: "resume", epoch: state.epochs.length + 1, epochs: config.epochs, done: 0, total: 0 });
  const checkpoint = (current: TrainingState) => writeCheckpoint(jobDirectory, configuration, current);
  await runTrainingLoop({ engine, config, train, validation, state, signal, report, checkpoint });
  return state;
}

async function readInitialWeights(store: ArtifactStore, job: TrainJob): Promise<Weights> {
  const { weights } = parseSafetensors(await store.get(job.initialWeightsDigest));
  return prepareInitialWeights(weights, createRandom(job.config.seed));
}

/** Temperature and threshold, on validation patients. */
async function calibrate(
  { engine, signal, report }: JobContext,
  weights: Weights,
  validation: LoadedCases,
  config: TrainingConfig,
) {
  const logits = await predictLogits(engine, weights, validation, {
    size: config.imageSize,
    views: config.views,
    signal,
    onProgress: (done, total) => report({ phase: "calibrate", done, total }),
  });
  const temperature = fitTemperature(logits, validation.labels);
  const probabilities = Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit / temperature)));
  return {
    temperature,
    threshold: thresholdForSensitivity(probabilities, validation.labels, config.targetSensitivity),
  };
}

async function computeKnownAnswers(
  engine: Engine,
  weights: Weights,
  config: TrainingConfig,
): Promise<KnownAnswer[]> {
  const size = config.imageSize;
  const gray = new Uint8Array(knownAnswerSeeds.length * size * size);
  for (const [i, seed] of knownAnswerSeeds.entries()) gray.set(knownAnswerInput(seed, size), i * size * size);
  const logits = await predictLogits(engine, weights, { gray }, { size, views: config.views });
  return knownAnswerSeeds.map((seed, i) => ({ seed, size, logit: logits[i] as number }));
}
