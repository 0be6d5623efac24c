import { PneumoscopeError } from "@/lib/errors";
import { applyView, type View } from "@/lib/resnet18/views";
import type { Weights } from "@/lib/safetensors/safetensors";
import { toTensor } from "@/lib/xray/to-tensor";
import type { LabelledImages } from "./data/labelled-images";
import type { Engine } from "./engines/engine";

export interface PredictLogitsOptions {
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
  { size, views, signal, onProgress }: PredictLogitsOptions,
): Promise<Float32Array> {
  const area = size * size;
  const total = images.gray.length / area;
  const logits = new Float32Array(total);
  const inference = await engine.createInference(weights);
  try {
    for (let start = 0; start < total; start += batchSize) {
      if (signal?.aborted) throw new PneumoscopeError("TRAINING_CANCELLED", "The run was cancelled.");
      const n = Math.min(batchSize, total - start);
      const gray = images.gray.subarray(start * area, (start + n) * area);
      for (const view of views) {
        const values = await inference.logits(toTensor(applyView(gray, size, view), size), n, size);
        for (let i = 0; i < n; i++)
          logits[start + i] = (logits[start + i] as number) + (values[i] as number) / views.length;
      }
      onProgress?.(start + n, total);
    }
  } finally {
    inference.dispose();
  }
  return logits;
}
