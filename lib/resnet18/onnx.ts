import { OnnxGraph } from "@/lib/onnx/graph";
import type { Weights, WeightTensor } from "@/lib/safetensors/safetensors";
import {
  type Architecture,
  type BasicBlock,
  type Convolution,
  isDescriptorBlock,
  resnet18,
} from "./architecture";

/** Values of one residual block that a backward pass needs; names in the graph, [N, C, H, W]. */
export interface BlockActivations {
  block: BasicBlock;
  input: string;
  hidden: string;
  output: string;
}

/** Names a tensor's value in the graph, as a stored weight or as an input. */
export type TensorReference = (tensorName: string) => string;

/** Adds conv (+ bias): x [N, in, H, W] → [N, out, H', W']. */
export function addConvolution(graph: OnnxGraph, x: string, c: Convolution, tensor: TensorReference): string {
  return graph.add("Conv", [x, tensor(`${c.name}.weight`), tensor(`${c.name}.bias`)], {
    kernel_shape: [c.kernel, c.kernel],
    strides: [c.stride, c.stride],
    pads: [c.padding, c.padding, c.padding, c.padding],
  });
}

/** Values of the stem that a backward pass needs. */
export interface StemActivations {
  input: string;
  convolved: string;
  output: string;
  /** Where each maximum came from, as flat indices into `convolved`; int64, shaped as `output`. */
  indices: string;
}

/**
 * Adds the stem: x [N, 3, H, W] → [N, 64, H/4, W/4].
 * @param keepIndices whether a backward pass will go through the pool; without, runtimes have a faster one
 */
export function addStem(
  graph: OnnxGraph,
  input: string,
  stem: Convolution,
  tensor: TensorReference,
  keepIndices = false,
): StemActivations {
  const convolved = graph.add("Relu", [addConvolution(graph, input, stem, tensor)]);
  const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  const indices = "stemIndices";
  const output = graph.add("MaxPool", [convolved], attributes, "stem", keepIndices ? [indices] : []);
  return { input, convolved, output, indices };
}

/** Adds one residual block. */
export function addBlock(
  graph: OnnxGraph,
  input: string,
  block: BasicBlock,
  tensor: TensorReference,
): BlockActivations {
  const hidden = graph.add("Relu", [addConvolution(graph, input, block.conv1, tensor)]);
  const residual = addConvolution(graph, hidden, block.conv2, tensor);
  const shortcut = block.downsample ? addConvolution(graph, input, block.downsample, tensor) : input;
  return { block, input, hidden, output: graph.add("Relu", [graph.add("Add", [residual, shortcut])]) };
}

/** Adds the mean over height and width: [N, C, H, W] → [N, C]. */
export function addPooling(graph: OnnxGraph, featureMap: string): string {
  return graph.add("ReduceMean", [featureMap], { axes: [2, 3], keepdims: 0 });
}

/** Stores weights in the graph on first use. */
export function storedTensors(graph: OnnxGraph, weights: Weights): TensorReference {
  const stored = new Set<string>();
  return (name) => {
    if (stored.has(name)) return name;
    stored.add(name);
    const { shape, data } = weights.get(name) as WeightTensor;
    return graph.weight(name, shape, data);
  };
}

/**
 * The whole network as ONNX: `image` [N, 3, H, W], or [N, H, W, 3] where `channelsLast`, → `featureMap` [N, 512, h, w], `features` [N, 512],
 * `descriptor` [N, 128], `logit` [N, 1].
 */
export function exportOnnx(
  weights: Weights,
  {
    architecture = resnet18,
    channelsLast = false,
  }: { architecture?: Architecture; channelsLast?: boolean } = {},
): Uint8Array {
  const graph = new OnnxGraph();
  const tensor = storedTensors(graph, weights);
  const image = graph.input(
    "image",
    channelsLast ? ["batch", "height", "width", 3] : ["batch", 3, "height", "width"],
  );
  const planes = channelsLast ? graph.add("Transpose", [image], { perm: [0, 3, 1, 2] }) : image;
  let x = addStem(graph, planes, architecture.stem, tensor).output;
  for (const block of architecture.blocks) {
    x = addBlock(graph, x, block, tensor).output;
    if (isDescriptorBlock(block, architecture))
      graph.add("Identity", [addPooling(graph, x)], {}, "descriptor");
  }
  const featureMap = graph.add("Identity", [x], {}, "featureMap");
  const features = graph.add("Identity", [addPooling(graph, featureMap)], {}, "features");
  graph.add("Gemm", [features, tensor("fc.weight"), tensor("fc.bias")], { transB: 1 }, "logit");
  graph.output("featureMap", ["batch", architecture.features, "mapHeight", "mapWidth"]);
  graph.output("features", ["batch", architecture.features]);
  graph.output("descriptor", ["batch", architecture.descriptor.channels]);
  graph.output("logit", ["batch", 1]);
  return graph.encode();
}
