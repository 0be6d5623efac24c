import * as tf from "@tensorflow/tfjs-core";
import { isTrainable, tensorShapes } from "@/lib/resnet18/architecture";
import { forward, toForwardLayout, uploadWeights } from "@/lib/resnet18/forward";
import type { Weights, WeightTensor } from "@/lib/safetensors/safetensors";
import type { Engine, EngineName, Inference, Learner, LearnerOptions, MicroBatch } from "../engine";

/** Trains on whatever backend tfjs is set to, by its own automatic differentiation. */
export function createTfjsEngine(name: EngineName, hardware: string, gpu?: string): Engine {
  return {
    name,
    hardware,
    ...(gpu ? { gpu } : {}),
    createLearner: async (weights, options) => createLearner(weights, options),
    createInference: async (weights) => createInference(weights),
  };
}

function createLearner(weights: Weights, options: LearnerOptions): Learner {
  const { trainFrom, microBatchSize: n, size } = options;
  const names = [...tensorShapes().keys()];
  const trained = names.filter((name) => isTrainable(name, trainFrom));
  const frozen = uploadWeights(new Map([...weights].filter(([name]) => !isTrainable(name, trainFrom))));

  function lossAndLogits(batch: MicroBatch, parameters: tf.Tensor[]) {
    const tensors = new Map(frozen);
    for (const [i, name] of trained.entries()) tensors.set(name, toForwardLayout(parameters[i] as tf.Tensor));
    if (!("images" in batch)) throw new Error("This engine has no backbone, and got features.");
    const image = tf.tensor4d(batch.images, [n, size, size, 3]);
    const { logit } = forward(tensors, image, tf.tensor2d(batch.featureMask, [n, 512]));
    const z = tf.reshape(logit, [n]) as tf.Tensor1D;
    // log(1 + e^z) − t·z is the cross-entropy of sigmoid(z) against t.
    const entropy = tf.sub(tf.softplus(z), tf.mul(z, tf.tensor1d(batch.targets)));
    return { loss: tf.sum(tf.mul(entropy, tf.tensor1d(batch.sampleWeights))) as tf.Scalar, z };
  }

  async function gradients(current: Weights, batch: MicroBatch) {
    const { logits, tensors } = tf.tidy(() => {
      const parameters = trained.map((name) => {
        const { shape, data } = current.get(name) as WeightTensor;
        return tf.tensor(data, shape);
      });
      let kept: tf.Tensor | undefined;
      const grads = tf.grads((...inputs: tf.Tensor[]) => {
        const { loss, z } = lossAndLogits(batch, inputs);
        kept = tf.keep(z.clone());
        return loss;
      })(parameters);
      return { logits: kept as tf.Tensor, tensors: grads };
    });
    const result = new Map<string, Float32Array>();
    for (const [i, name] of trained.entries()) {
      result.set(name, (await (tensors[i] as tf.Tensor).data()) as Float32Array);
    }
    const values = (await logits.data()) as Float32Array;
    tf.dispose([logits, tensors]);
    return { logits: values.slice(), gradients: result };
  }

  return { gradients, dispose: () => tf.dispose([...frozen.values()]) };
}

function createInference(weights: Weights): Inference {
  const tensors = uploadWeights(weights);

  async function outputs(images: Float32Array, n: number, size: number) {
    const [logit, descriptor] = tf.tidy(() => {
      const { logit, descriptor } = forward(tensors, tf.tensor4d(images, [n, size, size, 3]));
      return [logit, descriptor];
    });
    const logits = (await logit.data()) as Float32Array;
    const descriptors = (await descriptor.data()) as Float32Array;
    tf.dispose([logit, descriptor]);
    return { logits, descriptors };
  }

  return { outputs, dispose: () => tf.dispose([...tensors.values()]) };
}
