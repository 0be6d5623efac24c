import { createHash } from "node:crypto";
import { availableParallelism, cpus } from "node:os";
import * as ort from "onnxruntime-node";
import { isTrainable, tensorShapes } from "@/lib/resnet18/architecture";
import { exportOnnx } from "@/lib/resnet18/onnx";
import type { Weights, WeightTensor } from "@/lib/safetensors/safetensors";
import type {
  Backbone,
  Engine,
  Head,
  Inference,
  Learner,
  LearnerOptions,
  MicroBatch,
  SplitOptions,
} from "../engine";
import { buildBackboneGraph, buildHeadGraph, featureShape } from "./backbone-graph";
import { buildTrainingGraph, gradientName } from "./training-graph";

/** Trains on the processor through onnxruntime: forward and backward pass are one ONNX graph. */
export function openOnnxruntimeEngine(): Engine {
  const threads = Number(process.env.TRAINER_THREADS) || availableParallelism();
  return {
    name: "onnxruntime",
    hardware: `${cpus()[0]?.model.trim() ?? "processor"}, ${threads} threads, onnxruntime ${ort.env.versions.node ?? ""}`,
    createLearner: (weights, options) => createLearner(weights, options, threads),
    createInference: (weights) => createInference(weights, threads),
    split: {
      createBackbone: (weights, options) => createBackbone(weights, options, threads),
      createHead: (weights, options) => createHead(weights, options, threads),
    },
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
  const { trainFrom, microBatchSize: n } = options;
  const session = await createSession(buildTrainingGraph(weights, options), threads);
  const trained = [...tensorShapes().keys()].filter((name) => isTrainable(name, trainFrom));

  async function gradients(current: Weights, batch: MicroBatch) {
    const feeds: Record<string, ort.Tensor> = {
      ...inputOf(batch, n, options),
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

function inputOf(batch: MicroBatch, n: number, options: SplitOptions): Record<string, ort.Tensor> {
  if ("features" in batch) return { features: featureTensor(batch.features, n, options) };
  return { image: new ort.Tensor("float32", batch.images, [n, options.size, options.size, 3]) };
}

function featureTensor(features: Uint16Array, n: number, { trainFrom, size }: SplitOptions): ort.Tensor {
  const { channels, side } = featureShape(trainFrom, size);
  return new ort.Tensor("float16", features, [n, channels, side, side]);
}

async function createBackbone(weights: Weights, options: SplitOptions, threads: number): Promise<Backbone> {
  const { trainFrom, size } = options;
  const model = buildBackboneGraph(weights, trainFrom, size);
  const session = await createSession(model, threads);
  const { channels, side } = featureShape(trainFrom, size);

  async function features(images: Float32Array, n: number) {
    const results = await session.run({ image: new ort.Tensor("float32", images, [n, size, size, 3]) });
    return halfPrecision(results.features as ort.Tensor);
  }

  return {
    digest: createHash("sha256").update(model).digest("hex"),
    length: channels * side ** 2,
    features,
    dispose: () => void session.release(),
  };
}

/** Node from 24 on has a type for half precision, and the runtime then gives that. */
function halfPrecision(tensor: ort.Tensor): Uint16Array {
  const { buffer, byteOffset, byteLength } = tensor.data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

async function createHead(weights: Weights, options: SplitOptions, threads: number): Promise<Head> {
  const session = await createSession(buildHeadGraph(weights, options.trainFrom, options.size), threads);

  async function logits(features: Uint16Array, n: number) {
    const results = await session.run({ features: featureTensor(features, n, options) });
    return results.logit?.data as Float32Array;
  }

  return { logits, dispose: () => void session.release() };
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
