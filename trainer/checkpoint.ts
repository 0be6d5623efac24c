import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isSystemError, writeFileAtomic } from "@/lib/node/write-file";
import {
  parseSafetensors,
  safetensorsParts,
  type Weights,
  type WeightTensor,
} from "@/lib/safetensors/safetensors";
import { epochMetricsSchema } from "@/lib/training/job";
import type { TrainingState } from "./training-loop";

const progressSchema = z.strictObject({
  configuration: z.string(),
  step: z.int(),
  epochs: z.array(epochMetricsSchema),
  best: z.strictObject({ epoch: z.int(), valLoss: z.number().nullable() }),
  running: z.strictObject({ loss: z.number(), correct: z.int(), images: z.int() }),
});

const fileName = "checkpoint.safetensors";

/** Every array of the state that changes while training, under the name it has in the file. */
function changingArrays(state: TrainingState): Map<string, Float32Array> {
  const arrays = new Map<string, Float32Array>();
  const dataOf = (weights: Weights, name: string) => (weights.get(name) as WeightTensor).data;
  for (const [name, first] of state.adam.first) {
    arrays.set(`weights/${name}`, dataOf(state.weights, name));
    arrays.set(`first/${name}`, first);
    arrays.set(`second/${name}`, state.adam.second.get(name) as Float32Array);
    if (state.average !== state.weights) arrays.set(`average/${name}`, dataOf(state.average, name));
    arrays.set(`best/${name}`, dataOf(state.best.weights, name));
  }
  return arrays;
}

/**
 * Keeps what a killed run needs, one file, replaced atomically.
 * @param configuration whatever must be the same for the checkpoint to fit; a different one is not resumed
 */
export async function writeCheckpoint(
  directory: string,
  configuration: string,
  state: TrainingState,
): Promise<void> {
  const tensors: Weights = new Map();
  for (const [name, data] of changingArrays(state)) tensors.set(name, { shape: [data.length], data });
  const progress: z.infer<typeof progressSchema> = {
    configuration,
    step: state.step,
    epochs: state.epochs,
    best: {
      epoch: state.best.epoch,
      valLoss: Number.isFinite(state.best.valLoss) ? state.best.valLoss : null,
    },
    running: state.running,
  };
  const parts = safetensorsParts(tensors, "F32", { progress: JSON.stringify(progress) });
  await writeFileAtomic(join(directory, fileName), parts);
}

/**
 * Brings a fresh state to where the checkpoint left off.
 * @returns whether there was a checkpoint of the same configuration
 * @throws WEIGHTS_INVALID when the file is damaged
 */
export async function restoreCheckpoint(
  directory: string,
  configuration: string,
  state: TrainingState,
): Promise<boolean> {
  const bytes = await readFile(join(directory, fileName)).catch((error) => {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  });
  if (!bytes) return false;
  const { weights: tensors, metadata } = parseSafetensors(bytes);
  const progress = progressSchema.parse(JSON.parse(metadata.progress ?? "null"));
  if (progress.configuration !== configuration) return false;
  for (const [name, data] of changingArrays(state)) data.set((tensors.get(name) as WeightTensor).data);
  state.step = progress.step;
  state.adam.step = progress.step;
  state.epochs = progress.epochs;
  state.best.epoch = progress.best.epoch;
  state.best.valLoss = progress.best.valLoss ?? Number.POSITIVE_INFINITY;
  state.running = progress.running;
  return true;
}
