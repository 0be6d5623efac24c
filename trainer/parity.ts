import { PneumoscopeError } from "@/lib/errors";
import { useWasmBackend } from "@/lib/node/wasm-backend";
import { checkKnownAnswers } from "@/lib/resnet18/known-answer";
import { createPredictor, type PredictorOptions } from "@/lib/resnet18/predictor";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { EvaluateJob, Parity } from "@/lib/training/job";
import { imagenet } from "@/lib/xray/normalise";

export interface ParityInput {
  weights: Weights;
  /** [n × size²], and what the trainer's engine said of them. */
  gray: Uint8Array;
  logits: Float32Array;
  parity: NonNullable<EvaluateJob["parity"]>;
  options: Pick<PredictorOptions, "size" | "views">;
  signal: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

const batchSize = 8;

/**
 * Reads images again with the page's own predictor on its wasm backend and compares logits with the engine's, and has it
 * reproduce the known answers. The images are spread evenly over those given.
 * @throws BACKEND_UNAVAILABLE, TRAINING_CANCELLED
 */
export async function measureParity(input: ParityInput): Promise<Parity> {
  const { weights, gray, logits, parity, options, signal, onProgress } = input;
  await useWasmBackend();
  const predictor = createPredictor(weights, { ...options, ...imagenet });
  try {
    const chosen = spread(logits.length, parity.images);
    const area = options.size ** 2;
    let largest: number | null = 0;
    for (let start = 0; start < chosen.length; start += batchSize) {
      if (signal.aborted) throw new PneumoscopeError("TRAINING_CANCELLED", "The run was cancelled.");
      const batch = chosen.slice(start, start + batchSize);
      const pixels = new Uint8Array(batch.length * area);
      for (const [i, at] of batch.entries()) pixels.set(gray.subarray(at * area, (at + 1) * area), i * area);
      const read = await predictor.predict(pixels, batch.length);
      for (const [i, at] of batch.entries())
        largest = larger(largest, Math.abs((read.logits[i] ?? Number.NaN) - (logits[at] ?? Number.NaN)));
      onProgress?.(start + batch.length, chosen.length);
    }
    const { maxDifference } = await checkKnownAnswers(predictor, parity.knownAnswers);
    return {
      backend: "tfjs wasm",
      images: chosen.length,
      maxDifference: largest,
      knownAnswers: parity.knownAnswers.length,
      knownAnswersMaxDifference: Number.isFinite(maxDifference) ? maxDifference : null,
    };
  } finally {
    predictor.dispose();
  }
}

/** Once one difference is no number, the largest is none. */
function larger(largest: number | null, difference: number): number | null {
  return largest === null || !Number.isFinite(difference) ? null : Math.max(largest, difference);
}

/** @returns up to `count` of 0 to n − 1, the first among them */
function spread(n: number, count: number): number[] {
  const taken = Math.min(n, count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * n) / taken));
}
