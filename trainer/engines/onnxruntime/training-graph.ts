import { OnnxGraph } from "@/lib/onnx/graph";
import {
  type BasicBlock,
  type Convolution,
  isTrainable,
  resnet18,
  type Stage,
  tensorShapes,
} from "@/lib/resnet18/architecture";
import {
  addBlock,
  addPooling,
  addStem,
  type BlockActivations,
  type StemActivations,
  storedTensors,
  type TensorReference,
} from "@/lib/resnet18/onnx";
import type { Weights } from "@/lib/safetensors/safetensors";

/** Output of the training graph that holds the gradient of a tensor. */
export const gradientName = (tensorName: string) => `gradient.${tensorName}`;

/**
 * The forward and backward pass of one micro-batch as one ONNX graph, so that a native runtime trains the network.
 *
 * Inputs: `image` [N, S, S, 3]; `target` [N, 1] in [0, 1]; `sampleWeight` [N, 1]; `dropoutMask` [N, 512]; every
 * trainable tensor under its own name. Frozen tensors are stored in the graph.
 * Outputs: `logit` [N, 1] and `gradient.<tensor>` of Σ sampleWeight · BCE(sigmoid(logit), target), each in its
 * tensor's shape, convolutions as [out, in, k, k].
 */
export function buildTrainingGraph(frozen: Weights, from: Stage, batch: number, size: number): Uint8Array {
  const graph = new OnnxGraph();
  const tensor = inputOrStored(graph, frozen, from);
  const image = graph.input("image", [batch, size, size, 3]);
  const stemInput = graph.add("Transpose", [image], { perm: [0, 3, 1, 2] });
  const backward = new BackwardGraph(graph, batch, from, tensor);

  const stem = addStem(graph, stemInput, resnet18.stem, tensor, from === "conv1");
  const sides = blockSides(size);
  const activations: BlockActivations[] = [];
  let x = stem.output;
  for (const block of resnet18.blocks) {
    const step = addBlock(graph, x, block, tensor);
    activations.push(step);
    x = step.output;
  }
  const features = graph.add("Mul", [
    addPooling(graph, x),
    graph.input("dropoutMask", [batch, resnet18.features]),
  ]);
  graph.add("Gemm", [features, tensor("fc.weight"), tensor("fc.bias")], { transB: 1 }, "logit");
  graph.output("logit", [batch, 1]);

  const lastSide = (sides.at(-1) as BlockSide).output;
  let gradient = backward.head(features, x, lastSide);
  for (let i = activations.length - 1; i >= 0 && gradient; i--) {
    gradient = backward.block(activations[i] as BlockActivations, gradient, sides[i] as BlockSide);
  }
  if (gradient) backward.stem(stem, gradient, size);
  for (const [name, shape] of tensorShapes()) {
    if (isTrainable(name, from)) graph.output(gradientName(name), shape);
  }
  return graph.encode();
}

interface BlockSide {
  input: number;
  output: number;
}

const halve = (side: number) => Math.floor((side - 1) / 2) + 1;

function blockSides(size: number): BlockSide[] {
  let side = halve(halve(size));
  return resnet18.blocks.map((block) => {
    const input = side;
    if (block.conv1.stride === 2) side = halve(side);
    return { input, output: side };
  });
}

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

/** Adds gradients, last layer first. Gradients of activations are [N, C, H, W]. */
class BackwardGraph {
  constructor(
    private readonly graph: OnnxGraph,
    private readonly batch: number,
    private readonly from: Stage,
    private readonly tensor: TensorReference,
  ) {}

  /** Through loss, fc, dropout and pooling. @returns the gradient of the last feature map */
  head(features: string, featureMap: string, side: number): string | undefined {
    const g = this.graph;
    const target = g.input("target", [this.batch, 1]);
    const sampleWeight = g.input("sampleWeight", [this.batch, 1]);
    const error = g.add("Sub", [g.add("Sigmoid", ["logit"]), target]);
    const dLogit = g.add("Mul", [error, sampleWeight]);
    g.add("Gemm", [dLogit, features], { transA: 1 }, gradientName("fc.weight"));
    g.add("ReduceSum", [dLogit, g.integers([0])], { keepdims: 0 }, gradientName("fc.bias"));
    if (this.from === "fc") return undefined;
    const dFeatures = g.add("Mul", [g.add("MatMul", [dLogit, this.tensor("fc.weight")]), "dropoutMask"]);
    const perPixel = g.add("Mul", [dFeatures, g.scalar(1 / (side * side))]);
    const spread = g.add("Reshape", [perPixel, g.integers([this.batch, resnet18.features, 1, 1])]);
    const shape = g.integers([this.batch, resnet18.features, side, side]);
    return this.throughRelu(g.add("Expand", [spread, shape]), featureMap);
  }

  /**
   * Through one residual block.
   * @param gradient of the block's sum, after its last relu
   * @returns the gradient of the previous block's sum, or undefined where nothing before is trained
   */
  block(step: BlockActivations, gradient: string, side: BlockSide): string | undefined {
    const { block, input, hidden } = step;
    if (!isTrainable(block.conv1.name, this.from)) return undefined;
    this.convolutionGradients(block.conv2, hidden, gradient, side.output, side.output);
    const dHidden = this.throughRelu(this.inputGradient(block.conv2, gradient), hidden);
    this.convolutionGradients(block.conv1, input, dHidden, side.input, side.output);
    if (block.downsample)
      this.convolutionGradients(block.downsample, input, gradient, side.input, side.output);
    if (!this.trainsBefore(block)) return undefined;
    const dShortcut = block.downsample ? this.inputGradient(block.downsample, gradient, side) : gradient;
    const dInput = this.graph.add("Add", [this.inputGradient(block.conv1, dHidden, side), dShortcut]);
    // The first block's input is the pool's output: its relu lies before the pool.
    return block === resnet18.blocks[0] ? dInput : this.throughRelu(dInput, input);
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
    const count = this.batch * stem.outChannels * side * side;
    const flat = g.integers([-1]);
    const zeros = g.add("Expand", [g.scalar(0), g.integers([count])]);
    const [at, values] = [indices, gradient].map((name) => g.add("Reshape", [name, flat])) as [
      string,
      string,
    ];
    const scattered = g.add("ScatterElements", [zeros, at, values], { axis: 0, reduction: "add" });
    const dPooled = g.add("Reshape", [scattered, g.integers([this.batch, stem.outChannels, side, side])]);
    this.convolutionGradients(stem, input, this.throughRelu(dPooled, convolved), size, side);
  }

  private throughRelu(gradient: string, output: string): string {
    const positive = this.graph.add("Cast", [this.graph.add("Greater", [output, this.graph.scalar(0)])], {
      to: 1,
    });
    return this.graph.add("Mul", [gradient, positive]);
  }

  /** dx = transposed convolution of the gradient with the same kernel. */
  private inputGradient(c: Convolution, gradient: string, side?: BlockSide): string {
    const extra = side ? side.input + 2 * c.padding - c.kernel - (side.output - 1) * c.stride : 0;
    return this.graph.add("ConvTranspose", [gradient, this.tensor(`${c.name}.weight`)], {
      kernel_shape: [c.kernel, c.kernel],
      strides: [c.stride, c.stride],
      pads: [c.padding, c.padding, c.padding, c.padding],
      output_padding: [extra, extra],
    });
  }

  /** dW = gradientᵀ · patches as one matrix product over all positions; db = sum of the gradient. */
  private convolutionGradients(
    c: Convolution,
    input: string,
    gradient: string,
    inputSide: number,
    outputSide: number,
  ) {
    const g = this.graph;
    g.add("ReduceSum", [gradient, g.integers([0, 2, 3])], { keepdims: 0 }, gradientName(`${c.name}.bias`));
    const positions = this.batch * outputSide * outputSide;
    const byChannel = g.add("Transpose", [gradient], { perm: [1, 0, 2, 3] });
    const rows = g.add("Reshape", [byChannel, g.integers([c.outChannels, positions])]);
    const product = g.add("MatMul", [rows, this.patches(c, input, inputSide, outputSide, positions)]);
    const kernel = g.add("Reshape", [product, g.integers([c.outChannels, c.kernel, c.kernel, c.inChannels])]);
    g.add("Transpose", [kernel], { perm: [0, 3, 1, 2] }, gradientName(`${c.name}.weight`));
  }

  /** The input patch under every output position: [positions, k·k·in]. */
  private patches(
    c: Convolution,
    input: string,
    inputSide: number,
    outputSide: number,
    positions: number,
  ): string {
    const g = this.graph;
    const nhwc = g.add("Transpose", [input], { perm: [0, 2, 3, 1] });
    const padded = c.padding
      ? g.add("Pad", [nhwc, g.integers([0, c.padding, c.padding, 0, 0, c.padding, c.padding, 0])])
      : nhwc;
    const limit = inputSide + 2 * c.padding;
    const columns: string[] = [];
    for (let row = 0; row < c.kernel; row++) {
      for (let column = 0; column < c.kernel; column++) {
        const ends = [row, column].map((start) => Math.min(limit, start + (outputSide - 1) * c.stride + 1));
        const slice = g.add("Slice", [
          padded,
          g.integers([row, column]),
          g.integers(ends),
          g.integers([1, 2]),
          g.integers([c.stride, c.stride]),
        ]);
        columns.push(g.add("Reshape", [slice, g.integers([positions, c.inChannels])]));
      }
    }
    return columns.length === 1 ? (columns[0] as string) : g.add("Concat", columns, { axis: 1 });
  }
}
