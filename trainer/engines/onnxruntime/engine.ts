import { availableParallelism, cpus } from "node:os";
import * as ort from "onnxruntime-node";
import { isTrainable, tensorShapes } from "@/lib/resnet18/architecture";
import { exportOnnx } from "@/lib/resnet18/onnx";
import type { Weights, WeightTensor } from "@/lib/safetensors/safetensors";
import type { Engine, Inference, Learner, LearnerOptions, MicroBatch } from "../engine";
import { buildTrainingGraph, gradientName } from "./training-graph";

/** Trains on the processor through onnxruntime: forward and backward pass are one ONNX graph. */
export function openOnnxruntimeEngine(): Engine {
  const threads = Number(process.env.TRAINER_THREADS) || availableParallelism();
  return {
    name: "onnxruntime",
    hardware: `${cpus()[0]?.model.trim() ?? "processor"}, ${threads} threads, onnxruntime ${ort.env.versions.node ?? ""}`,
    createLearner: (weights, options) => createLearner(weights, options, threads),
    createInference: (weights) => createInference(weights, threads),
  };
}

function createSession(model: Uint8Array, threads: number) {
  return ort.InferenceSession.create(model, {
    intraOpNumThreads: threads,
    graphOptimizationLevel: "all",
    // A thread that waits by spinning takes the core from whatever else runs: augmentation, pages, the database.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
}

async function createLearner(weights: Weights, options: LearnerOptions, threads: number): Promise<Learner> {
  const { trainFrom, microBatchSize: n, size } = options;
  const session = await createSession(buildTrainingGraph(weights, trainFrom, n, size), threads);
  const trained = [...tensorShapes().keys()].filter((name) => isTrainable(name, trainFrom));

  async function gradients(current: Weights, batch: MicroBatch) {
    const feeds: Record<string, ort.Tensor> = {
      image: new ort.Tensor("float32", batch.images, [n, size, size, 3]),
      target: new ort.Tensor("float32", batch.targets, [n, 1]),
      sampleWeight: new ort.Tensor("float32", batch.sampleWeights, [n, 1]),
      dropoutMask: new ort.Tensor("float32", batch.featureMask, [n, 512]),
    };
    for (const name of trained) {
      const { shape, data } = current.get(name) as WeightTensor;
      feeds[name] = new ort.Tensor("float32", data, shape);
    }
    const results = await session.run(feeds);
    const read = (name: string) => results[name]?.data as Float32Array;
    return {
      logits: read("logit"),
      gradients: new Map(trained.map((name) => [name, read(gradientName(name))])),
    };
  }

  return { gradients, dispose: () => void session.release() };
}

async function createInference(weights: Weights, threads: number): Promise<Inference> {
  const session = await createSession(exportOnnx(weights, { channelsLast: true }), threads);

  async function outputs(images: Float32Array, n: number, size: number) {
    const image = new ort.Tensor("float32", images, [n, size, size, 3]);
    const results = await session.run({ image }, ["logit", "descriptor"]);
    const read = (name: string) => results[name]?.data as Float32Array;
    return { logits: read("logit"), descriptors: read("descriptor") };
  }

  return { outputs, dispose: () => void session.release() };
}
