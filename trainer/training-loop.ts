import { setImmediate as nextTurn } from "node:timers/promises";
import { PneumoscopeError } from "@/lib/errors";
import { createRandom } from "@/lib/random";
import { isTrainable, tensorShapes } from "@/lib/resnet18/architecture";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import type { EpochMetrics, JobProgress } from "@/lib/training/job";
import type { BatchSource } from "./data/batch-source";
import type { LabelledImages } from "./data/labelled-images";
import { type MicroBatchRequest, mixSeed } from "./data/micro-batch";
import type { Engine, Learner, MicroBatch } from "./engines/engine";
import { binaryCrossEntropy, epochMetricsFrom } from "./epoch-metrics";
import type { FeatureCache } from "./features/feature-cache";
import { type AdamState, adamStep, averageWeights, createAdamState, learningRateAt } from "./optimiser";
import { openTrainingInput, type TrainingInput } from "./training-input";

/** Everything that a killed run needs to go on where it was. */
export interface TrainingState {
  /** Optimiser steps finished over all epochs. */
  step: number;
  weights: Weights;
  /** Exponential moving average of the weights; the same object as `weights` when averaging is off. */
  average: Weights;
  adam: AdamState;
  epochs: EpochMetrics[];
  best: { epoch: number; valLoss: number; weights: Weights };
  /** Sums over the epoch that is under way. */
  running: { loss: number; correct: number; images: number };
}

export interface TrainingLoopOptions {
  engine: Engine;
  config: TrainingConfig;
  train: LabelledImages;
  validation: LabelledImages;
  state: TrainingState;
  signal: AbortSignal;
  report: (progress: JobProgress) => void;
  /** Called between steps, at `checkpointEverySteps` and at the end of each epoch. */
  checkpoint: (state: TrainingState) => Promise<void>;
  /** Asked before each epoch with those that are done: whether the rest is not worth it. */
  shouldStop?: (epochs: readonly EpochMetrics[]) => boolean;
  /** Where features are read and kept. Weights are the same with and without. */
  features?: FeatureCache | undefined;
}

export function createTrainingState(weights: Weights, config: TrainingConfig): TrainingState {
  const averaging = config.weightAveragingDecay > 0;
  return {
    step: 0,
    weights,
    average: averaging ? copyWeights(weights) : weights,
    adam: createAdamState(weights, trainedNames(config)),
    epochs: [],
    best: { epoch: 0, valLoss: Number.POSITIVE_INFINITY, weights: copyWeights(weights) },
    running: { loss: 0, correct: 0, images: 0 },
  };
}

export function trainedNames(config: TrainingConfig): string[] {
  return [...tensorShapes().keys()].filter((name) => isTrainable(name, config.trainFrom));
}

export function copyWeights(weights: Weights): Weights {
  return new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
}

/**
 * Trains until the epochs are done or patience runs out, changing `state` in place.
 * The order of images and every augmentation follow from the seed, the epoch and the image alone, so a resumed run
 * goes through the same batches as one that was never stopped.
 * @throws TRAINING_DIVERGED when a loss is not finite, TRAINING_CANCELLED when the signal aborts
 */
export async function runTrainingLoop(options: TrainingLoopOptions): Promise<TrainingState> {
  const { engine, config, train, state } = options;
  const input = await openTrainingInput(engine, state.weights, train, config, options.features);
  const learner = await engine.createLearner(state.weights, {
    trainFrom: config.trainFrom,
    microBatchSize: config.microBatchSize,
    size: config.imageSize,
    input: input.kind,
  });
  const stepsPerEpoch = Math.max(1, Math.floor(train.labels.length / config.batchSize));
  try {
    while (state.epochs.length < config.epochs && !outOfPatience(state, config)) {
      if (options.shouldStop?.(state.epochs)) break;
      await runEpoch(options, learner, input, stepsPerEpoch);
    }
  } finally {
    await input.close();
    learner.dispose();
  }
  return state;
}

function outOfPatience(state: TrainingState, config: TrainingConfig): boolean {
  const patience = config.earlyStoppingPatience;
  return patience > 0 && state.epochs.length - state.best.epoch >= patience;
}

async function runEpoch(
  options: TrainingLoopOptions,
  learner: Learner,
  input: TrainingInput,
  stepsPerEpoch: number,
): Promise<void> {
  const source = input.batches;
  const { config, state, signal, report } = options;
  const epoch = state.epochs.length + 1;
  const requestsAt = epochRequests(options.train.labels, config, epoch);
  const totalSteps = stepsPerEpoch * config.epochs;
  const startedAt = performance.now();
  const firstStep = state.step;
  const lastStep = epoch * stepsPerEpoch - 1;
  let learningRate = config.learningRate;
  source.request(requestsAt(state.step % stepsPerEpoch));
  while (state.step <= lastStep) {
    // Engines that compute on this thread would let no Ctrl-C through.
    await nextTurn();
    if (signal.aborted) throw new PneumoscopeError("TRAINING_CANCELLED", "The training run was cancelled.");
    learningRate = learningRateAt(state.step, totalSteps, config.learningRate, config.schedule);
    const requests = requestsAt(state.step % stepsPerEpoch);
    const gradients = await sumGradients(options, learner, source, requests);
    // Not earlier: while the engine computes, every core is its own.
    if (state.step < lastStep) source.request(requestsAt((state.step + 1) % stepsPerEpoch));
    takeStep(options, gradients, learningRate);
    const stepsDone = state.step - (epoch - 1) * stepsPerEpoch;
    const seconds = (performance.now() - startedAt) / 1000;
    report({
      phase: "train",
      epoch,
      epochs: config.epochs,
      done: stepsDone * config.batchSize,
      total: stepsPerEpoch * config.batchSize,
      imagesPerSecond: ((state.step - firstStep) * config.batchSize) / seconds,
      loss: state.running.loss / Math.max(1, state.running.images),
    });
    const last = state.step > lastStep;
    if (!last && state.step % config.checkpointEverySteps === 0) await options.checkpoint(state);
  }
  await finishEpoch(options, input, epoch, learningRate, performance.now() - startedAt);
}

async function finishEpoch(
  options: TrainingLoopOptions,
  input: TrainingInput,
  epoch: number,
  learningRate: number,
  trainMs: number,
) {
  const { config, validation, state, report, signal } = options;
  const startedAt = performance.now();
  const logits = await input.predict(state.average, validation, {
    size: config.imageSize,
    views: config.views,
    signal,
    onProgress: (done, total) => report({ phase: "validate", epoch, epochs: config.epochs, done, total }),
  });
  const metrics = epochMetricsFrom({
    epoch,
    running: state.running,
    logits,
    labels: validation.labels,
    learningRate,
    durationMs: Math.round(trainMs + performance.now() - startedAt),
  });
  state.epochs.push(metrics);
  state.running = { loss: 0, correct: 0, images: 0 };
  // Without patience the last epoch is kept: a schedule that anneals ends at its best.
  if (config.earlyStoppingPatience === 0 || metrics.val_loss < state.best.valLoss) {
    state.best = { epoch, valLoss: metrics.val_loss, weights: copyWeights(state.average) };
  }
  report({
    phase: "validate",
    epoch,
    epochs: config.epochs,
    done: logits.length,
    total: logits.length,
    epochMetrics: metrics,
  });
  await options.checkpoint(state);
}

/** Gradients of all micro-batches of a step, added up. */
export async function sumGradients(
  { train, state }: Pick<TrainingLoopOptions, "train" | "state">,
  learner: Learner,
  source: BatchSource,
  requests: readonly MicroBatchRequest[],
): Promise<Map<string, Float32Array>> {
  let total: Map<string, Float32Array> | undefined;
  for (const { indices } of requests) {
    const batch = await source.next();
    const { logits, gradients } = await learner.gradients(state.weights, batch);
    recordLoss(state, indices, logits, batch, train.labels);
    total = total ? addInto(total, gradients) : gradients;
  }
  return total as Map<string, Float32Array>;
}

/** One optimiser step, and the average's. */
export function takeStep(
  { config, state }: Pick<TrainingLoopOptions, "config" | "state">,
  gradients: Map<string, Float32Array>,
  learningRate: number,
): void {
  adamStep(state.weights, gradients, state.adam, {
    learningRate,
    weightDecay: config.weightDecay,
    clipNorm: config.gradientClipNorm,
  });
  if (config.weightAveragingDecay > 0) {
    // Early averages would remember the start for ever: the decay grows with the steps taken.
    const decay = Math.min(config.weightAveragingDecay, (1 + state.step) / (10 + state.step));
    averageWeights(state.average, state.weights, state.adam.first.keys(), decay);
  }
  state.step += 1;
}

function recordLoss(
  state: TrainingState,
  part: number[],
  logits: Float32Array,
  batch: MicroBatch,
  labels: Uint8Array,
) {
  for (const [i, index] of part.entries()) {
    const logit = logits[i] as number;
    const loss = binaryCrossEntropy(logit, batch.targets[i] as number);
    if (!Number.isFinite(loss)) {
      throw new PneumoscopeError(
        "TRAINING_DIVERGED",
        `The loss became ${loss} at step ${state.step + 1}; lower the learning rate and start again.`,
      );
    }
    state.running.loss += loss;
    state.running.correct += Number(logit >= 0) === labels[index] ? 1 : 0;
    state.running.images += 1;
  }
}

/** Each class counts the same in sum where `balance` is set; else each image does. */
function lossWeights(labels: Uint8Array, balance: boolean): (index: number) => number {
  if (!balance) return () => 1;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const perClass = [labels.length / (2 * (labels.length - positives)), labels.length / (2 * positives)];
  return (index) => perClass[labels[index] as number] as number;
}

/** The micro-batches of each step of an epoch. */
export function epochRequests(
  labels: Uint8Array,
  config: TrainingConfig,
  epoch: number,
): (stepInEpoch: number) => MicroBatchRequest[] {
  const { batchSize, microBatchSize } = config;
  const order = epochOrder(labels.length, config.seed, epoch);
  const weightOf = lossWeights(labels, config.classWeights);
  return (stepInEpoch) => {
    const all = Array.from(
      { length: batchSize },
      (_, i) => order[(stepInEpoch * batchSize + i) % order.length] as number,
    );
    const totalWeight = all.reduce((sum, index) => sum + weightOf(index), 0);
    return Array.from({ length: batchSize / microBatchSize }, (_, i) => {
      const indices = all.slice(i * microBatchSize, (i + 1) * microBatchSize);
      return { epoch, indices, sampleWeights: indices.map((index) => weightOf(index) / totalWeight) };
    });
  };
}

function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  const indices = Array.from({ length: count }, (_, i) => i);
  return Uint32Array.from(createRandom(mixSeed(seed, epoch, -1)).shuffle(indices));
}

function addInto(sum: Map<string, Float32Array>, more: ReadonlyMap<string, Float32Array>) {
  for (const [name, values] of more) {
    const target = sum.get(name) as Float32Array;
    for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + (values[i] as number);
  }
  return sum;
}
