import { elementTypes, OnnxGraph } from "@/lib/onnx/graph";
import { isTrainable, resnet18, type Stage } from "@/lib/resnet18/architecture";
import {
  addBlock,
  addPooling,
  addStem,
  type StemActivations,
  storedTensors,
  type TensorReference,
} from "@/lib/resnet18/onnx";
import type { Weights } from "@/lib/safetensors/safetensors";
import { outputSide } from "./row-graph";

/** The map that training starts from, [channels, side, side] an image. */
export interface FeatureShape {
  channels: number;
  side: number;
}

/** @param from the first stage that is trained; @param size of the square image */
export function featureShape(from: Stage, size: number): FeatureShape {
  const { stem, blocks } = resnet18;
  let side = outputSide(outputSide(size, stem), { kernel: 3, stride: 2, padding: 1 });
  let channels = stem.outChannels;
  for (const { conv1 } of blocks) {
    if (isTrainable(conv1.name, from)) break;
    side = outputSide(side, conv1);
    channels = conv1.outChannels;
  }
  return { channels, side };
}

/**
 * Adds everything before the first trained block: image [N, S, S, 3] → `last` [N, C, side, side]. The stem is in it even
 * where it is trained.
 */
export function addFrozenPart(
  graph: OnnxGraph,
  image: string,
  from: Stage,
  tensor: TensorReference,
): StemActivations & { last: string } {
  const planes = graph.add("Transpose", [image], { perm: [0, 3, 1, 2] });
  const stem = addStem(graph, planes, resnet18.stem, tensor, from === "conv1");
  let last = stem.output;
  for (const block of resnet18.blocks) {
    if (isTrainable(block.conv1.name, from)) break;
    last = addBlock(graph, last, block, tensor).output;
  }
  return { ...stem, last };
}

/** Declares `features` [batch, C, side, side] in half precision. @returns the same in single precision */
export function addFeatureInput(graph: OnnxGraph, batch: number | string, shape: FeatureShape): string {
  const features = graph.input("features", [batch, shape.channels, shape.side, shape.side], "float16");
  return graph.add("Cast", [features], { to: elementTypes.float32 });
}

/** What is frozen, as a network of its own: `image` [N, S, S, 3] → `features` [N, C, side, side] in half precision. */
export function buildBackboneGraph(weights: Weights, from: Stage, size: number): Uint8Array {
  const graph = new OnnxGraph();
  const { channels, side } = featureShape(from, size);
  const image = graph.input("image", ["batch", size, size, 3]);
  const { last } = addFrozenPart(graph, image, from, storedTensors(graph, weights));
  graph.add("Cast", [last], { to: elementTypes.float16 }, "features");
  graph.output("features", ["batch", channels, side, side], "float16");
  return graph.encode();
}

/** What follows, to predict with: `features` as the backbone gives them → `logit` [N, 1]. */
export function buildHeadGraph(weights: Weights, from: Stage, size: number): Uint8Array {
  const graph = new OnnxGraph();
  const tensor = storedTensors(graph, weights);
  let x = addFeatureInput(graph, "batch", featureShape(from, size));
  for (const block of resnet18.blocks)
    if (isTrainable(block.conv1.name, from)) x = addBlock(graph, x, block, tensor).output;
  const pooled = addPooling(graph, x);
  graph.add("Gemm", [pooled, tensor("fc.weight"), tensor("fc.bias")], { transB: 1 }, "logit");
  graph.output("logit", ["batch", 1]);
  return graph.encode();
}
