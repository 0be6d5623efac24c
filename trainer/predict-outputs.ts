import { setImmediate as nextTurn } from "node:timers/promises";
import { PneumoscopeError } from "@/lib/errors";
import { resnet18 } from "@/lib/resnet18/architecture";
import { applyView, type View } from "@/lib/resnet18/views";
import type { Weights } from "@/lib/safetensors/safetensors";
import { toTensor } from "@/lib/xray/to-tensor";
import type { LabelledImages } from "./data/labelled-images";
import type { Engine, InferenceOutputs } from "./engines/engine";

export interface PredictOptions {
  size: number;
  views: readonly View[];
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

const batchSize = 16;

/** Logits of all images on an engine, each the mean over the views: what the page would compute. */
export async function predictLogits(
  engine: Engine,
  weights: Weights,
  images: Pick<LabelledImages, "gray">,
  options: PredictOptions,
): Promise<Float32Array> {
  return (await predictOutputs(engine, weights, images, options)).logits;
}

/**
 * The same with descriptors.
 * @returns [n] logits and [n × 128] descriptors
 */
export async function predictOutputs(
  engine: Engine,
  weights: Weights,
  images: Pick<LabelledImages, "gray">,
  { size, views, signal, onProgress }: PredictOptions,
): Promise<InferenceOutputs> {
  const area = size * size;
  const total = images.gray.length / area;
  const { channels } = resnet18.descriptor;
  const logits = new Float32Array(total);
  const descriptors = new Float32Array(total * channels);
  const inference = await engine.createInference(weights);
  try {
    for (let start = 0; start < total; start += batchSize) {
      // Engines that compute on this thread would let no Ctrl-C through.
      await nextTurn();
      if (signal?.aborted) throw new PneumoscopeError("TRAINING_CANCELLED", "The run was cancelled.");
      const n = Math.min(batchSize, total - start);
      const gray = images.gray.subarray(start * area, (start + n) * area);
      for (const view of views) {
        const values = await inference.outputs(toTensor(applyView(gray, size, view), size), n, size);
        accumulate(logits, start, values.logits, views.length);
        accumulate(descriptors, start * channels, values.descriptors, views.length);
      }
      onProgress?.(start + n, total);
    }
  } finally {
    inference.dispose();
  }
  return { logits, descriptors };
}

function accumulate(sums: Float32Array, start: number, values: Float32Array, views: number): void {
  for (let i = 0; i < values.length; i++)
    sums[start + i] = (sums[start + i] as number) + (values[i] as number) / views;
}
