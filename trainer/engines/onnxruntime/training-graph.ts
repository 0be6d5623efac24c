import { OnnxGraph } from "@/lib/onnx/graph";
import {
  type BasicBlock,
  isTrainable,
  resnet18,
  type Stage,
  tensorShapes,
} from "@/lib/resnet18/architecture";
import { type StemActivations, storedTensors, type TensorReference } from "@/lib/resnet18/onnx";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { LearnerOptions } from "../engine";
import { addFeatureInput, addFrozenPart, featureShape } from "./backbone-graph";
import { type RowConvolution, RowGraph, type Rows } from "./row-graph";

/** Output of the training graph that holds the gradient of a tensor. */
export const gradientName = (tensorName: string) => `gradient.${tensorName}`;

/**
 * The forward and backward pass of one micro-batch as one ONNX graph, so that a native runtime trains the network.
 * What is frozen runs as plain convolutions on [N, C, H, W], for which the runtime has its fastest kernels; what is
 * trained runs on rows [N · H · W, C].
 *
 * Inputs: `image` [N, S, S, 3] or, where the frozen part runs elsewhere, `features` as `buildBackboneGraph` gives them; `target` [N, 1] in [0, 1]; `sampleWeight` [N, 1]; `dropoutMask` [N, 512]; every
 * trainable tensor under its own name. Frozen tensors are stored in the graph.
 * Outputs: `logit` [N, 1] and `gradient.<tensor>` of Σ sampleWeight · BCE(sigmoid(logit), target), each in its
 * tensor's shape, convolutions as [out, in, k, k].
 */
export function buildTrainingGraph(
  frozen: Weights,
  { trainFrom: from, microBatchSize: batch, size, input = "images" }: LearnerOptions,
): Uint8Array {
  const graph = new OnnxGraph();
  const tensor = inputOrStored(graph, frozen, from);
  const rowGraph = new RowGraph(graph, batch, tensor, gradientName);
  const shape = featureShape(from, size);
  const stem =
    input === "images"
      ? addFrozenPart(graph, graph.input("image", [batch, size, size, 3]), from, tensor)
      : undefined;
  const planes = stem?.last ?? addFeatureInput(graph, batch, shape);
  let x = rowGraph.fromPlanes(planes, shape.side, shape.channels);
  const trained = resnet18.blocks.filter(({ conv1 }) => isTrainable(conv1.name, from));
  const steps = trained.map((block) => {
    const step = forwardBlock(rowGraph, block, x);
    x = step.output;
    return step;
  });

  const backward = new BackwardGraph(rowGraph, batch, from, tensor);
  let gradient = backward.head(x);
  for (const step of steps.reverse()) gradient = gradient && backward.block(step, gradient);
  if (gradient && stem && from === "conv1") backward.stem(stem, gradient, size);
  for (const [name, shape] of tensorShapes()) {
    if (isTrainable(name, from)) graph.output(gradientName(name), shape);
  }
  return graph.encode();
}

const halve = (side: number) => Math.floor((side - 1) / 2) + 1;

function inputOrStored(graph: OnnxGraph, frozen: Weights, from: Stage): TensorReference {
  const stored = storedTensors(graph, frozen);
  const shapes = tensorShapes();
  const declared = new Set<string>();
  return (name) => {
    if (!isTrainable(name, from)) return stored(name);
    if (!declared.has(name)) {
      declared.add(name);
      graph.input(name, shapes.get(name) as number[]);
    }
    return name;
  };
}

interface BlockStep {
  block: BasicBlock;
  input: Rows;
  conv1: RowConvolution;
  hidden: Rows;
  conv2: RowConvolution;
  downsample?: RowConvolution;
  output: Rows;
}

function forwardBlock(g: RowGraph, block: BasicBlock, input: Rows): BlockStep {
  const conv1 = g.convolve(block.conv1, input);
  const hidden = g.relu(conv1.output);
  const conv2 = g.convolve(block.conv2, hidden);
  const downsample = block.downsample && g.convolve(block.downsample, input);
  const sum = g.graph.add("Add", [conv2.output.name, (downsample?.output ?? input).name]);
  const output = g.relu({ ...conv2.output, name: sum });
  return { block, input, conv1, hidden, conv2, output, ...(downsample && { downsample }) };
}

/** Adds gradients, last layer first. */
class BackwardGraph {
  private readonly graph: OnnxGraph;

  constructor(
    private readonly rowGraph: RowGraph,
    private readonly batch: number,
    private readonly from: Stage,
    private readonly tensor: TensorReference,
  ) {
    this.graph = rowGraph.graph;
  }

  /** Pooling, dropout, fc and the loss, forward and back. @returns the gradient of the last feature map */
  head(featureMap: Rows): string | undefined {
    const g = this.graph;
    const { side, channels } = featureMap;
    const maps = g.add("Reshape", [featureMap.name, g.integers([this.batch, side * side, channels])]);
    const pooled = g.add("ReduceMean", [maps], { axes: [1], keepdims: 0 });
    const features = g.add("Mul", [pooled, g.input("dropoutMask", [this.batch, channels])]);
    g.add("Gemm", [features, this.tensor("fc.weight"), this.tensor("fc.bias")], { transB: 1 }, "logit");
    g.output("logit", [this.batch, 1]);

    const target = g.input("target", [this.batch, 1]);
    const sampleWeight = g.input("sampleWeight", [this.batch, 1]);
    const error = g.add("Sub", [g.add("Sigmoid", ["logit"]), target]);
    const dLogit = g.add("Mul", [error, sampleWeight]);
    g.add("Gemm", [dLogit, features], { transA: 1 }, gradientName("fc.weight"));
    g.add("ReduceSum", [dLogit, g.integers([0])], { keepdims: 0 }, gradientName("fc.bias"));
    if (this.from === "fc") return undefined;
    const dFeatures = g.add("Mul", [g.add("MatMul", [dLogit, this.tensor("fc.weight")]), "dropoutMask"]);
    const perPixel = g.add("Mul", [dFeatures, g.scalar(1 / (side * side))]);
    const spread = g.add("Reshape", [perPixel, g.integers([this.batch, 1, channels])]);
    const wide = g.add("Expand", [spread, g.integers([this.batch, side * side, channels])]);
    const rows = g.add("Reshape", [wide, g.integers([this.batch * side * side, channels])]);
    return this.rowGraph.throughRelu(rows, featureMap);
  }

  /**
   * Through one residual block.
   * @param gradient of the block's sum, after its last relu
   * @returns the gradient of the previous block's sum, or undefined where nothing before is trained
   */
  block({ block, input, conv1, hidden, conv2, downsample }: BlockStep, gradient: string): string | undefined {
    const g = this.rowGraph;
    const dConv2 = g.kernelGradients(conv2, gradient);
    const dHidden = g.throughRelu(g.inputGradient(conv2, dConv2), hidden);
    const dConv1 = g.kernelGradients(conv1, dHidden);
    const dDownsample = downsample && g.kernelGradients(downsample, gradient);
    if (!this.trainsBefore(block)) return undefined;
    const dShortcut = downsample && dDownsample ? g.inputGradient(downsample, dDownsample) : gradient;
    const dInput = this.graph.add("Add", [g.inputGradient(conv1, dConv1), dShortcut]);
    // The first block's input is the pool's output: its relu lies before the pool.
    return block === resnet18.blocks[0] ? dInput : g.throughRelu(dInput, input);
  }

  private trainsBefore(block: BasicBlock): boolean {
    const previous = resnet18.blocks[resnet18.blocks.indexOf(block) - 1]?.conv1 ?? resnet18.stem;
    return isTrainable(previous.name, this.from);
  }

  /** Through the pool, whose windows overlap, and the stem's convolution. */
  stem({ input, convolved, indices }: StemActivations, gradient: string, size: number): void {
    const g = this.graph;
    const side = halve(size);
    const { stem } = resnet18;
    const planes = this.rowGraph.toPlanes({ name: gradient, side: halve(side), channels: stem.outChannels });
    const count = this.batch * stem.outChannels * side * side;
    const flat = g.integers([-1]);
    const zeros = g.add("Expand", [g.scalar(0), g.integers([count])]);
    const at = g.add("Reshape", [indices, flat]);
    const values = g.add("Reshape", [planes, flat]);
    const scattered = g.add("ScatterElements", [zeros, at, values], { axis: 0, reduction: "add" });
    const dPooled = g.add("Reshape", [scattered, g.integers([this.batch, stem.outChannels, side, side])]);
    const positive = g.add("Cast", [g.add("Greater", [convolved, g.scalar(0)])], { to: 1 });
    this.stemGradients(input, g.add("Mul", [dPooled, positive]), size, side);
  }

  /**
   * dW = gradient · patchesᵀ as one matrix product over all positions. Stride 2 becomes 1 where each 2 × 2 square of the
   * input is one position with four times the channels; then every place of the kernel, now 4 × 4, is the same long row
   * of positions, shifted.
   */
  private stemGradients(input: string, gradient: string, inputSide: number, side: number) {
    const g = this.graph;
    const { name, inChannels, outChannels, kernel, padding } = resnet18.stem;
    g.add("ReduceSum", [gradient, g.integers([0, 2, 3])], { keepdims: 0 }, gradientName(`${name}.bias`));
    const half = Math.ceil((inputSide + 2 * padding) / 2);
    const positions = this.batch * half * half;
    const byChannel = g.add("Transpose", [gradient], { perm: [1, 0, 2, 3] });
    const ends = half - side;
    const padded = g.add("Pad", [byChannel, g.integers([0, 0, 0, 0, 0, 0, ends, ends])]);
    const rows = g.add("Reshape", [padded, g.integers([outChannels, positions])]);
    const taps = (kernel + 1) / 2;
    const patches = this.stemPatches(input, inputSide, half, taps);
    const product = g.add("MatMul", [rows, g.add("Transpose", [patches], { perm: [1, 0] })]);
    const places = g.add("Reshape", [product, g.integers([outChannels, taps, taps, inChannels, 2, 2])]);
    const ordered = g.add("Transpose", [places], { perm: [0, 3, 1, 4, 2, 5] });
    const square = g.add("Reshape", [ordered, g.integers([outChannels, inChannels, kernel + 1, kernel + 1])]);
    const inside = [square, g.integers([0, 0]), g.integers([kernel, kernel]), g.integers([2, 3])];
    g.add("Slice", inside, {}, gradientName(`${name}.weight`));
  }

  /** What lies under each place of the 4 × 4 kernel: [taps² · in · 4, positions]. */
  private stemPatches(input: string, inputSide: number, half: number, taps: number): string {
    const g = this.graph;
    const { inChannels, padding } = resnet18.stem;
    const positions = this.batch * half * half;
    const channels = inChannels * 4;
    const end = 2 * half - inputSide - padding;
    const padded = g.add("Pad", [input, g.integers([0, 0, padding, padding, 0, 0, end, end])]);
    const squares = g.add("Reshape", [padded, g.integers([this.batch, inChannels, half, 2, half, 2])]);
    const deep = g.add("Transpose", [squares], { perm: [1, 3, 5, 0, 2, 4] });
    const flat = g.add("Reshape", [deep, g.integers([channels, positions])]);
    const longest = (taps - 1) * (half + 1);
    // What is read beyond a row's or an image's end meets a gradient of zero.
    const long = g.add("Pad", [flat, g.integers([0, 0, 0, longest])]);
    const shifted: string[] = [];
    for (let row = 0; row < taps; row++) {
      for (let column = 0; column < taps; column++) {
        const start = row * half + column;
        const range = [g.integers([start]), g.integers([start + positions]), g.integers([1])];
        shifted.push(g.add("Slice", [long, ...range]));
      }
    }
    return g.add("Concat", shifted, { axis: 0 });
  }
}
