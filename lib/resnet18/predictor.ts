import * as tf from "@tensorflow/tfjs-core";
import type { Weights } from "@/lib/safetensors/safetensors";
import { toTensor } from "@/lib/xray/to-tensor";
import { assertComplete, resnet18 } from "./architecture";
import { type ForwardTensors, forward, uploadWeights } from "./forward";
import { applyView, type View } from "./views";

export interface PredictorOptions {
  views: readonly View[];
  /** Side of the square input, in pixels. */
  size: number;
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

/** What the network says of n images, each the mean over the views as the unmirrored image shows it. */
export interface NetworkOutputs {
  /** [n] */
  logits: Float32Array;
  /** [n × mapSide × mapSide], class activation in logits; the mean of an image's cells plus `bias` is its logit. */
  maps: Float32Array;
  mapSide: number;
  bias: number;
  /** [n × 128] */
  descriptors: Float32Array;
}

export interface Predictor {
  /** @param gray n images of size × size, 0 to 255, as `toModelGray` makes them */
  predict(gray: Uint8Array, n: number): Promise<NetworkOutputs>;
  dispose(): void;
}

/**
 * The published model on the current tfjs backend: what the page and the commands run.
 * @throws WEIGHTS_INVALID when the weights are not this network's
 */
export function createPredictor(weights: Weights, options: PredictorOptions): Predictor {
  assertComplete(weights);
  const tensors = uploadWeights(weights);
  const bias = weights.get("fc.bias")?.data[0] as number;
  const { views, size } = options;

  async function predict(gray: Uint8Array, n: number): Promise<NetworkOutputs> {
    const shown = new Uint8Array(gray.length * views.length);
    for (const [v, view] of views.entries()) shown.set(applyView(gray, size, view), v * gray.length);
    const images = toTensor(shown, size, options);
    const [rows, mapSide] = tf.tidy(() =>
      outputRows(tensors, tf.tensor4d(images, [n * views.length, size, size, 3])),
    );
    const values = (await rows.data()) as Float32Array;
    rows.dispose();
    return averageOverViews(values, n, mapSide, views, bias);
  }

  return { predict, dispose: () => tf.dispose([...tensors.values()]) };
}

/**
 * One row an image, so that a GPU is read once: logit, class activation map, descriptor. The map is exact for a network
 * whose head is a linear layer on the mean of its last feature map (Zhou et al., «Learning Deep Features for
 * Discriminative Localization», CVPR 2016): each cell's features times the head's weights.
 * @returns [N, 1 + side² + 128] and the side
 */
function outputRows(tensors: ForwardTensors, images: tf.Tensor4D): [tf.Tensor2D, number] {
  const { featureMap, descriptor, logit } = forward(tensors, images);
  const [n, side, , channels] = featureMap.shape;
  const head = tensors.get("fc.weight") as tf.Tensor2D;
  const cells = tf.reshape(featureMap, [n * side * side, channels]) as tf.Tensor2D;
  const map = tf.reshape(tf.matMul(cells, head), [n, side * side]);
  return [tf.concat([logit, map as tf.Tensor2D, descriptor], 1), side];
}

/** @param rows views × n rows of outputRows, view by view */
function averageOverViews(
  rows: Float32Array,
  n: number,
  mapSide: number,
  views: readonly View[],
  bias: number,
): NetworkOutputs {
  const cells = mapSide * mapSide;
  const { channels } = resnet18.descriptor;
  const width = 1 + cells + channels;
  const share = 1 / views.length;
  const outputs: NetworkOutputs = {
    logits: new Float32Array(n),
    maps: new Float32Array(n * cells),
    mapSide,
    bias,
    descriptors: new Float32Array(n * channels),
  };
  const add = (sums: Float32Array, at: number, value: number) => {
    sums[at] = (sums[at] as number) + value * share;
  };
  for (const [v, view] of views.entries()) {
    for (let i = 0; i < n; i++) {
      const row = (v * n + i) * width;
      add(outputs.logits, i, rows[row] as number);
      for (let cell = 0; cell < cells; cell++) {
        const column = cell % mapSide;
        const from = view === "identity" ? cell : cell - column + (mapSide - 1 - column);
        add(outputs.maps, i * cells + cell, rows[row + 1 + from] as number);
      }
      for (let k = 0; k < channels; k++) {
        add(outputs.descriptors, i * channels + k, rows[row + 1 + cells + k] as number);
      }
    }
  }
  return outputs;
}
