import type { OnnxGraph } from "@/lib/onnx/graph";
import type { Convolution } from "@/lib/resnet18/architecture";
import type { TensorReference } from "@/lib/resnet18/onnx";
import {
  kernelTransform,
  patchArea,
  patchGradient,
  patchTransform,
  planTiles,
  type StoredMatrix,
  type TilePlan,
  tileArea,
  tileGradient,
  tilesPerSide,
  tileTransform,
} from "./winograd";

/** A square feature map as rows: `name` is [batch · side · side, channels]. */
export interface Rows {
  name: string;
  side: number;
  channels: number;
}

/** A convolution in the graph, with what its backward pass takes up again. */
export interface RowConvolution {
  convolution: Convolution;
  input: Rows;
  /** Before any relu; bias added. */
  output: Rows;
  /** Whether the convolution goes through Winograd's transform. */
  transformed: boolean;
  /** The gathered input: with the transform [36, tiles, in], without [positions, k², in]. */
  gathered: string;
  /** The kernel as the product takes it: with the transform [36, out, in], without [out, k² · in]. */
  kernel: string;
}

/**
 * Convolutions forward and backward on rows, as gathers and matrix products. Stride 1 goes through Winograd's
 * transform, which takes a quarter of the products; its backward pass is the exact adjoint and shares both transforms.
 */
export class RowGraph {
  private readonly plans = new Map<number, TilePlan>();

  constructor(
    readonly graph: OnnxGraph,
    private readonly batch: number,
    private readonly tensor: TensorReference,
    private readonly gradientName: (tensorName: string) => string,
  ) {}

  /** [N, C, H, W] → rows. */
  fromPlanes(planes: string, side: number, channels: number): Rows {
    const last = this.graph.add("Transpose", [planes], { perm: [0, 2, 3, 1] });
    return this.rows(last, side, channels);
  }

  /** Rows → [N, C, H, W]. */
  toPlanes({ name, side, channels }: Rows): string {
    const g = this.graph;
    const square = g.add("Reshape", [name, g.integers([this.batch, side, side, channels])]);
    return g.add("Transpose", [square], { perm: [0, 3, 1, 2] });
  }

  convolve(convolution: Convolution, input: Rows): RowConvolution {
    return usesTiles(convolution, this.batch, input.side)
      ? this.convolveTiles(convolution, input)
      : this.convolvePatches(convolution, input);
  }

  /** Adds the gradients of kernel and bias as outputs of the graph, from that of the convolution's output. */
  kernelGradients(step: RowConvolution, gradient: string): Gradient {
    const { convolution: c } = step;
    this.biasGradient(c, gradient, step.output.side);
    return step.transformed
      ? this.tileKernelGradient(step, gradient)
      : this.patchKernelGradient(step, gradient);
  }

  /** The gradient of the convolution's input, from what `kernelGradients` returned: [rows, in]. */
  inputGradient(step: RowConvolution, gradient: Gradient): string {
    return step.transformed
      ? this.tileInputGradient(step, gradient)
      : this.patchInputGradient(step, gradient);
  }

  relu({ name, ...rest }: Rows): Rows {
    return { name: this.graph.add("Relu", [name]), ...rest };
  }

  throughRelu(gradient: string, { name }: Rows): string {
    const g = this.graph;
    const positive = g.add("Cast", [g.add("Greater", [name, g.scalar(0)])], { to: 1 });
    return g.add("Mul", [gradient, positive]);
  }

  private convolveTiles(convolution: Convolution, input: Rows): RowConvolution {
    const g = this.graph;
    const { inChannels, outChannels, name } = convolution;
    const { tiles } = this.plan(input.side);
    const patches = this.gather(input.name, inChannels, this.table(input.side, "patches"));
    const flat = this.transform("patchTransform", patchTransform, patches, tiles * inChannels);
    const gathered = g.add("Reshape", [flat, g.integers([patchArea, tiles, inChannels])]);
    const flatKernel = g.add("Reshape", [
      this.tensor(`${name}.weight`),
      g.integers([outChannels * inChannels, 9]),
    ]);
    const kernel = g.add("Reshape", [
      g.add("Gemm", [this.matrix("kernelTransform", kernelTransform), flatKernel], { transB: 1 }),
      g.integers([patchArea, outChannels, inChannels]),
    ]);
    const product = g.add("MatMul", [gathered, this.turned(kernel)]);
    const spread = this.transform("tileTransform", tileTransform, product, tiles * outChannels);
    const inTiles = g.add("Reshape", [spread, g.integers([tileArea * tiles, outChannels])]);
    const rows = g.add("Gather", [inTiles, this.table(input.side, "outputs")], { axis: 0 });
    const output = {
      ...input,
      channels: outChannels,
      name: g.add("Add", [rows, this.tensor(`${name}.bias`)]),
    };
    return { convolution, input, output, transformed: true, gathered, kernel };
  }

  private tileKernelGradient(
    { convolution: c, input, gathered }: RowConvolution,
    gradient: string,
  ): Gradient {
    const g = this.graph;
    const { tiles } = this.plan(input.side);
    const places = this.gather(gradient, c.outChannels, this.table(input.side, "tilePlaces"));
    const flat = this.transform("tileGradient", tileGradient, places, tiles * c.outChannels);
    const transformed = g.add("Reshape", [flat, g.integers([patchArea, tiles, c.outChannels])]);
    const product = g.add("MatMul", [this.turned(transformed), gathered]);
    const kernel = g.add(
      "Gemm",
      [
        g.add("Reshape", [product, g.integers([patchArea, c.outChannels * c.inChannels])]),
        this.matrix("kernelTransform", kernelTransform),
      ],
      { transA: 1 },
    );
    this.kernelOutput(c, kernel);
    return { rows: gradient, transformed };
  }

  private tileInputGradient(
    { convolution: c, input, kernel }: RowConvolution,
    { transformed }: Gradient,
  ): string {
    const g = this.graph;
    const { tiles } = this.plan(input.side);
    const product = g.add("MatMul", [transformed as string, kernel]);
    const flat = this.transform("patchGradient", patchGradient, product, tiles * c.inChannels);
    const patches = g.add("Reshape", [flat, g.integers([(patchArea + 1) * tiles, c.inChannels])]);
    return this.gatherSum(patches, this.table(input.side, "overlaps"), 4, c.inChannels);
  }

  private convolvePatches(convolution: Convolution, input: Rows): RowConvolution {
    const g = this.graph;
    const { inChannels, outChannels, kernel: k, name } = convolution;
    const plan = () => planPatches(this.batch, input.side, convolution);
    const side = outputSide(input.side, convolution);
    const positions = this.batch * side * side;
    const width = k * k * inChannels;
    const table = g.table(`patches${input.side}_${k}_${convolution.stride}`, () => plan().patches);
    const gathered = this.gather(input.name, inChannels, table, [positions, width]);
    const kernel = g.add("Reshape", [
      g.add(
        "Transpose",
        [g.add("Reshape", [this.tensor(`${name}.weight`), g.integers([outChannels, inChannels, k * k])])],
        { perm: [0, 2, 1] },
      ),
      g.integers([outChannels, width]),
    ]);
    const product = g.add("Gemm", [gathered, kernel, this.tensor(`${name}.bias`)], { transB: 1 });
    const output = { name: product, side, channels: outChannels };
    return { convolution, input, output, transformed: false, gathered, kernel };
  }

  private patchKernelGradient({ convolution: c, gathered }: RowConvolution, gradient: string): Gradient {
    const g = this.graph;
    const product = g.add("Gemm", [gradient, gathered], { transA: 1 });
    const places = g.add("Reshape", [product, g.integers([c.outChannels, c.kernel ** 2, c.inChannels])]);
    this.kernelOutput(c, g.add("Transpose", [places], { perm: [0, 2, 1] }));
    return { rows: gradient };
  }

  private patchInputGradient({ convolution: c, input, kernel }: RowConvolution, { rows }: Gradient): string {
    const g = this.graph;
    const product = g.add("MatMul", [this.withZeroRow(rows, c.outChannels), kernel]);
    const parts = g.add("Reshape", [product, g.integers([-1, c.inChannels])]);
    const plan = planPatches(this.batch, input.side, c);
    const table = g.table(`returns${input.side}_${c.kernel}_${c.stride}`, () => plan.returns);
    return this.gatherSum(parts, table, plan.most, c.inChannels);
  }

  private plan(side: number): TilePlan {
    let plan = this.plans.get(side);
    if (!plan) {
      plan = planTiles(this.batch, side);
      this.plans.set(side, plan);
    }
    return plan;
  }

  private table(side: number, key: "patches" | "tilePlaces" | "outputs" | "overlaps"): string {
    return this.graph.table(`${key}_${side}`, () => this.plan(side)[key]);
  }

  private matrix(name: string, { rows, columns, data }: StoredMatrix): string {
    return this.graph.matrix(name, [rows, columns], data);
  }

  /** matrix [a, b] · values seen as [b, width] → [a, width]. */
  private transform(name: string, matrix: StoredMatrix, values: string, width: number): string {
    const g = this.graph;
    const flat = g.add("Reshape", [values, g.integers([matrix.columns, width])]);
    return g.add("MatMul", [this.matrix(name, matrix), flat]);
  }

  /** Swaps the last two of three dimensions; runtimes make it part of the product that follows. */
  private turned(name: string): string {
    return this.graph.add("Transpose", [name], { perm: [0, 2, 1] });
  }

  private withZeroRow(rows: string, channels: number): string {
    const g = this.graph;
    const zeros = g.matrix(`zeros${channels}`, [1, channels], new Float32Array(channels));
    return g.add("Concat", [rows, zeros], { axis: 0 });
  }

  private gather(rows: string, channels: number, table: string, shape?: [number, number]): string {
    const g = this.graph;
    const places = g.add("Gather", [this.withZeroRow(rows, channels), table], { axis: 0 });
    return shape ? g.add("Reshape", [places, g.integers(shape)]) : places;
  }

  /** The sum of `count` gathers of rows: the adjoint of a gather. */
  private gatherSum(rows: string, table: string, count: number, channels: number): string {
    const g = this.graph;
    const places = g.add("Gather", [rows, table], { axis: 0 });
    if (count === 1) return places;
    const flat = g.add("Reshape", [places, g.integers([count, -1])]);
    return g.add("Reshape", [this.sumOfRows(flat, count), g.integers([-1, channels])]);
  }

  /** [count, width] → [1, width]: a product with ones, since runtimes have no faster sum down the columns. */
  private sumOfRows(rows: string, count: number): string {
    const ones = this.graph.matrix(`ones${count}`, [1, count], new Float32Array(count).fill(1));
    return this.graph.add("MatMul", [ones, rows]);
  }

  private biasGradient(c: Convolution, gradient: string, side: number): void {
    const g = this.graph;
    const sum = this.sumOfRows(gradient, this.batch * side * side);
    g.add("Reshape", [sum, g.integers([c.outChannels])], {}, this.gradientName(`${c.name}.bias`));
  }

  private kernelOutput(c: Convolution, kernel: string): void {
    const shape = this.graph.integers([c.outChannels, c.inChannels, c.kernel, c.kernel]);
    this.graph.add("Reshape", [kernel, shape], {}, this.gradientName(`${c.name}.weight`));
  }

  private rows(square: string, side: number, channels: number): Rows {
    const g = this.graph;
    return {
      name: g.add("Reshape", [square, g.integers([this.batch * side * side, channels])]),
      side,
      channels,
    };
  }
}

/** The gradient of a convolution's output: as rows and, with tiles, transformed too [36, tiles, out]. */
export interface Gradient {
  rows: string;
  transformed?: string;
}

/** Products for each pair of channels that transforming a kernel and its gradient costs, passes over memory included. */
const kernelCost = 900;

/** Whether Winograd's transform pays: not where few positions share a kernel, as in small images. */
function usesTiles({ kernel, stride }: Convolution, batch: number, side: number): boolean {
  if (kernel !== 3 || stride !== 1) return false;
  return batch * (9 * side ** 2 - patchArea * tilesPerSide(side) ** 2) > kernelCost;
}

type Window = Pick<Convolution, "kernel" | "stride" | "padding">;

export const outputSide = (side: number, { kernel, stride, padding }: Window) =>
  Math.floor((side + 2 * padding - kernel) / stride) + 1;

interface PatchPlan {
  /** [positions × k²]: the input row under each place of each patch. */
  patches: number[];
  /** [most × rows]: which place of which patch took each input row. */
  returns: number[];
  most: number;
}

function planPatches(batch: number, side: number, c: Convolution): PatchPlan {
  const rows = batch * side * side;
  const across = outputSide(side, c);
  const patches: number[] = [];
  const takers: number[][] = Array.from({ length: rows }, () => []);
  for (let image = 0; image < batch; image++)
    for (let oy = 0; oy < across; oy++)
      for (let ox = 0; ox < across; ox++)
        for (let a = 0; a < c.kernel; a++)
          for (let b = 0; b < c.kernel; b++) {
            const y = oy * c.stride + a - c.padding;
            const x = ox * c.stride + b - c.padding;
            const inside = y >= 0 && x >= 0 && y < side && x < side;
            const row = inside ? (image * side + y) * side + x : rows;
            if (inside) takers[row]?.push(patches.length);
            patches.push(row);
          }
  const most = takers.reduce((top, list) => Math.max(top, list.length), 1);
  const returns = Array.from({ length: most }, (_, i) =>
    takers.map((list) => list[i] ?? patches.length),
  ).flat();
  return { patches, returns, most };
}
