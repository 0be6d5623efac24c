import { setImmediate as nextTurn } from "node:timers/promises";
import { PneumoscopeError } from "@/lib/errors";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import { hasDiverged, type RangePoint, rangeRates } from "@/lib/training/learning-rate-range";
import type { LabelledImages } from "./data/labelled-images";
import type { JobContext } from "./job-context";
import { openTrainingInput } from "./training-input";
import { createTrainingState, epochRequests, sumGradients, takeStep } from "./training-loop";

export interface RangeTestOptions {
  low: number;
  high: number;
  /** Optimiser steps, one a rate. */
  steps: number;
}

/**
 * Trains with a rate that rises at every step, until the loss explodes. The very steps of a training, without weight averaging.
 * @param weights that change while it trains
 */
export async function runRangeTest(
  { engine, signal, report }: Pick<JobContext, "engine" | "signal" | "report">,
  weights: Weights,
  train: LabelledImages,
  config: TrainingConfig,
  { low, high, steps }: RangeTestOptions,
): Promise<RangePoint[]> {
  const unaveraged = { ...config, weightAveragingDecay: 0 };
  const state = createTrainingState(weights, unaveraged);
  const { trainFrom, microBatchSize, imageSize: size } = config;
  const input = await openTrainingInput(engine, state.weights, train, unaveraged);
  const { kind, batches: source } = input;
  const learner = await engine.createLearner(state.weights, { trainFrom, microBatchSize, size, input: kind });
  const stepsPerEpoch = Math.max(1, Math.floor(train.labels.length / config.batchSize));
  const options = { config: unaveraged, train, state };
  const points: RangePoint[] = [];
  try {
    for (const [step, learningRate] of rangeRates(low, high, steps).entries()) {
      await nextTurn();
      if (signal.aborted) throw new PneumoscopeError("TRAINING_CANCELLED", "The range test was cancelled.");
      const epoch = Math.floor(step / stepsPerEpoch) + 1;
      const requests = epochRequests(train.labels, unaveraged, epoch)(step % stepsPerEpoch);
      state.running = { loss: 0, correct: 0, images: 0 };
      try {
        source.request(requests);
        takeStep(options, await sumGradients(options, learner, source, requests), learningRate);
      } catch (error) {
        if (error instanceof PneumoscopeError && error.code === "TRAINING_DIVERGED") break;
        throw error;
      }
      const loss = state.running.loss / state.running.images;
      points.push({ learningRate, loss });
      report({ phase: `rate ${learningRate.toExponential(1)}`, done: step + 1, total: steps, loss });
      if (hasDiverged(points.map((point) => point.loss))) break;
    }
  } finally {
    await input.close();
    learner.dispose();
  }
  return points;
}
