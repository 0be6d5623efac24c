import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isSystemError, writeFileAtomic } from "@/lib/node/write-file";
import {
  parseSafetensors,
  type Weights,
  type WeightTensor,
  writeSafetensors,
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
  const keep = (group: string, name: string, data: Float32Array) =>
    tensors.set(`${group}/${name}`, { shape: [data.length], data });
  for (const [name, first] of state.adam.first) {
    keep("weights", name, (state.weights.get(name) as WeightTensor).data);
    keep("first", name, first);
    keep("second", name, state.adam.second.get(name) as Float32Array);
    if (state.average !== state.weights)
      keep("average", name, (state.average.get(name) as WeightTensor).data);
    if (state.best.epoch > 0) keep("best", name, (state.best.weights.get(name) as WeightTensor).data);
  }
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
  const bytes = writeSafetensors(tensors, "F32", { progress: JSON.stringify(progress) });
  await writeFileAtomic(join(directory, fileName), bytes);
}

/**
 * Brings a fresh state to where the checkpoint left off.
 * @returns whether there was a checkpoint of the same configuration
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
  const restore = (group: string, name: string, into: Float32Array) => {
    const tensor = tensors.get(`${group}/${name}`);
    if (tensor) into.set(tensor.data);
  };
  for (const [name, first] of state.adam.first) {
    restore("weights", name, (state.weights.get(name) as WeightTensor).data);
    restore("first", name, first);
    restore("second", name, state.adam.second.get(name) as Float32Array);
    if (state.average !== state.weights)
      restore("average", name, (state.average.get(name) as WeightTensor).data);
    restore("best", name, (state.best.weights.get(name) as WeightTensor).data);
  }
  state.step = progress.step;
  state.adam.step = progress.step;
  state.epochs = progress.epochs;
  state.best.epoch = progress.best.epoch;
  state.best.valLoss = progress.best.valLoss ?? Number.POSITIVE_INFINITY;
  state.running = progress.running;
  return true;
}
