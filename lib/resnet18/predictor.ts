import * as tf from "@tensorflow/tfjs-core";
import type { Weights } from "@/lib/safetensors/safetensors";
import { toTensor } from "@/lib/xray/to-tensor";
import { assertComplete } from "./architecture";
import { forward, uploadWeights } from "./forward";
import { applyView, type View } from "./views";

export interface PredictorOptions {
  views: readonly View[];
  /** Side of the square input, in pixels. */
  size: number;
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

export interface Predictor {
  /**
   * @param gray n images of size × size, 0 to 255, as `toModelGray` makes them
   * @returns n logits, each the mean over the views
   */
  predictLogits(gray: Uint8Array, n: number): Promise<Float32Array>;
  dispose(): void;
}

/**
 * The published model on the current tfjs backend: what the page and the commands run.
 * @throws WEIGHTS_INVALID when the weights are not this network's
 */
export function createPredictor(weights: Weights, options: PredictorOptions): Predictor {
  assertComplete(weights);
  const tensors = uploadWeights(weights);
  const { views, size } = options;

  async function predictLogits(gray: Uint8Array, n: number): Promise<Float32Array> {
    const sums = new Float32Array(n);
    for (const view of views) {
      const input = toTensor(applyView(gray, size, view), size, options);
      const logit = tf.tidy(() => forward(tensors, tf.tensor4d(input, [n, size, size, 3])).logit);
      const values = await logit.data();
      logit.dispose();
      for (let i = 0; i < n; i++) sums[i] = (sums[i] as number) + (values[i] as number);
    }
    return sums.map((sum) => sum / views.length);
  }

  return { predictLogits, dispose: () => tf.dispose([...tensors.values()]) };
}
