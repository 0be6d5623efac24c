import * as tf from "@tensorflow/tfjs-core";
import type { Weights } from "@/lib/safetensors/safetensors";
import { type Convolution, isDescriptorBlock, resnet18 } from "./architecture";

/** Tensors by torchvision name; convolutions as [k, k, in, out], `fc.weight` as [features, 1]. */
export type ForwardTensors = ReadonlyMap<string, tf.Tensor>;

export interface ForwardOutput {
  /** [N, h, w, 512], after the last relu. */
  featureMap: tf.Tensor4D;
  /** [N, 512], the mean of the feature map over its area. */
  features: tf.Tensor2D;
  /** [N, 128], the mean of the descriptor stage's output over its area. */
  descriptor: tf.Tensor2D;
  /** [N, 1], before the sigmoid; positive means PNEUMONIA. */
  logit: tf.Tensor2D;
}

/**
 * Runs ResNet-18 on the current tfjs backend.
 * @param image [N, H, W, 3], ImageNet-normalised
 * @param featureMask [N, 512], multiplied into the pooled features: dropout while training
 */
export function forward(
  tensors: ForwardTensors,
  image: tf.Tensor4D,
  featureMask?: tf.Tensor2D,
): ForwardOutput {
  return tf.tidy(() => {
    const stem = convolve(tensors, image, resnet18.stem, "relu");
    let x = tf.maxPool(stem, 3, 2, 1);
    let descriptor: tf.Tensor2D | undefined;
    for (const block of resnet18.blocks) {
      const hidden = convolve(tensors, x, block.conv1, "relu");
      const residual = convolve(tensors, hidden, block.conv2, "linear");
      const shortcut = block.downsample ? convolve(tensors, x, block.downsample, "linear") : x;
      x = tf.relu(tf.add(residual, shortcut)) as tf.Tensor4D;
      if (isDescriptorBlock(block)) descriptor = tf.mean(x, [1, 2]);
    }
    const features = tf.mean(x, [1, 2]) as tf.Tensor2D;
    const masked = featureMask ? tf.mul(features, featureMask) : features;
    const logit = tf.add(tf.matMul(masked, required(tensors, "fc.weight")), required(tensors, "fc.bias"));
    return { featureMap: x, features, descriptor: descriptor as tf.Tensor2D, logit: logit as tf.Tensor2D };
  });
}

function convolve(tensors: ForwardTensors, x: tf.Tensor4D, c: Convolution, activation: "relu" | "linear") {
  return tf.fused.conv2d({
    x,
    filter: required(tensors, `${c.name}.weight`) as tf.Tensor4D,
    bias: required(tensors, `${c.name}.bias`),
    strides: c.stride,
    pad: c.padding,
    activation,
  });
}

function required(tensors: ForwardTensors, name: string): tf.Tensor {
  return tensors.get(name) as tf.Tensor;
}

/** Moves a torchvision tensor into the layout that `forward` reads. */
export function toForwardLayout(tensor: tf.Tensor): tf.Tensor {
  if (tensor.rank === 4) return tf.transpose(tensor, [2, 3, 1, 0]);
  return tensor.rank === 2 ? tf.transpose(tensor) : tensor;
}

/** Uploads weights to the current backend. The caller disposes the tensors. */
export function uploadWeights(weights: Weights): Map<string, tf.Tensor> {
  const tensors = new Map<string, tf.Tensor>();
  for (const [name, { shape, data }] of weights) {
    tensors.set(
      name,
      tf.tidy(() => toForwardLayout(tf.tensor(data, shape))),
    );
  }
  return tensors;
}
