import type { Stage } from "@/lib/resnet18/architecture";
import type { Weights } from "@/lib/safetensors/safetensors";

/** Engines in the order they are tried; the first that works is used. */
export const engineNames = ["tfjs-node-gpu", "tfjs-node", "webgpu", "onnxruntime", "wasm"] as const;
export type EngineName = (typeof engineNames)[number];

export interface MicroBatch {
  /** [n, size, size, 3], normalised. */
  images: Float32Array;
  /** [n], in [0, 1]; label smoothing moves them inwards. */
  targets: Float32Array;
  /** [n]; what each image's loss counts for in the sum. */
  sampleWeights: Float32Array;
  /** [n, 512], multiplied into the pooled features; all ones without dropout. */
  featureMask: Float32Array;
}

export interface Gradients {
  /** [n], of the masked forward pass. */
  logits: Float32Array;
  /** Of Σ sampleWeight · BCE(sigmoid(logit), target), by tensor name, in torchvision layout. */
  gradients: Map<string, Float32Array>;
}

/** One network being trained. Every micro-batch has exactly the size given when it was made. */
export interface Learner {
  /** @param weights all tensors; those that are trained may have changed since the last call */
  gradients(weights: Weights, batch: MicroBatch): Promise<Gradients>;
  dispose(): void;
}

export interface LearnerOptions {
  trainFrom: Stage;
  microBatchSize: number;
  size: number;
}

export interface InferenceOutputs {
  /** [n] */
  logits: Float32Array;
  /** [n × 128], as ForwardOutput has them. */
  descriptors: Float32Array;
}

/** One network with fixed weights. */
export interface Inference {
  /** @param images [n, size, size, 3], normalised */
  outputs(images: Float32Array, n: number, size: number): Promise<InferenceOutputs>;
  dispose(): void;
}

/** Where the arithmetic of training runs. */
export interface Engine {
  readonly name: EngineName;
  /** What it runs on, for the record: processor or GPU, threads, library version. */
  readonly hardware: string;
  /** The adapter, where it trains on one. */
  readonly gpu?: string;
  createLearner(weights: Weights, options: LearnerOptions): Promise<Learner>;
  createInference(weights: Weights): Promise<Inference>;
}
