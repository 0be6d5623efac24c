import type { Stage } from "@/lib/resnet18/architecture";
import type { Weights } from "@/lib/safetensors/safetensors";

/** Engines in the order they are tried; the first that works is used. */
export const engineNames = ["tfjs-node-gpu", "tfjs-node", "webgpu", "onnxruntime", "wasm"] as const;
export type EngineName = (typeof engineNames)[number];

/** What a micro-batch's loss is computed with. */
export interface LossInput {
  /** [n], in [0, 1]; label smoothing moves them inwards. */
  targets: Float32Array;
  /** [n]; what each image's loss counts for in the sum. */
  sampleWeights: Float32Array;
  /** [n, 512], multiplied into the pooled features; all ones without dropout. */
  featureMask: Float32Array;
}

export interface ImageBatch extends LossInput {
  /** [n, size, size, 3], normalised. */
  images: Float32Array;
}

export interface FeatureBatch extends LossInput {
  /** [n × length], as a backbone gives them. */
  features: Uint16Array;
}

export type MicroBatch = ImageBatch | FeatureBatch;

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

export interface LearnerOptions extends SplitOptions {
  microBatchSize: number;
  /** What its micro-batches bring; images by default. */
  input?: "images" | "features";
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

/**
 * What training leaves as it is, as a network of its own. An image's features follow from its network and the image
 * alone, to the last bit: neither the other images of a batch nor their number has a say.
 */
export interface Backbone {
  /** SHA-256 of the network, weights included, in hex. */
  readonly digest: string;
  /** Values of one image's features. */
  readonly length: number;
  /**
   * @param images [n, size, size, 3], normalised
   * @returns [n × length], half precision as its bits
   */
  features(images: Float32Array, n: number): Promise<Uint16Array>;
  dispose(): void;
}

/** What comes after a backbone, with fixed weights. */
export interface Head {
  /** @param features [n × length], as the backbone gives them @returns [n] */
  logits(features: Uint16Array, n: number): Promise<Float32Array>;
  dispose(): void;
}

export interface SplitOptions {
  trainFrom: Stage;
  size: number;
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
  /** The network in two parts, cut where training starts; absent where the engine always runs the whole. */
  readonly split?: {
    createBackbone(weights: Weights, options: SplitOptions): Promise<Backbone>;
    createHead(weights: Weights, options: SplitOptions): Promise<Head>;
  };
}
