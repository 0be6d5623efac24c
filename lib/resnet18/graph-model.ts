import { joinBytes } from "@/lib/join-bytes";
import { floatsToHalves, halvesToFloats } from "@/lib/safetensors/half";
import type { Weights, WeightTensor } from "@/lib/safetensors/safetensors";
import { type Convolution, isDescriptorBlock, resnet18 } from "./architecture";

/** A TensorFlow.js graph model: model.json and the binary shards that it names. */
export interface GraphModelFiles {
  "model.json": string;
  /** By name, in the order of the weights. */
  shards: Map<string, Uint8Array>;
}

interface GraphNode {
  name: string;
  op: string;
  input?: string[];
  attr: Record<string, unknown>;
}

interface StoredWeight {
  name: string;
  shape: number[];
  dtype: "float32" | "int32";
  quantization?: { dtype: "float16"; original_dtype: "float32" };
  bytes: Uint8Array;
}

/** What tensorflowjs_converter makes as well: shards that any server and cache takes. */
const shardBytes = 4 * 1024 * 1024;
const float = { type: "DT_FLOAT" };

/**
 * The whole network as a TensorFlow.js graph model (tfjs 4: `tf.loadGraphModel`): `image` [N, H, W, 3], normalised as
 * the manifest says, → `logit` [N, 1], `features` [N, 512], `descriptor` [N, 128], `featureMap` [N, h, w, 512].
 * Weights that are exact in half precision are stored so, which loses nothing.
 * @param metadata goes into model.json as `userDefinedMetadata`
 */
export function exportGraphModel(weights: Weights, metadata: Record<string, unknown> = {}): GraphModelFiles {
  const graph = new Graph(weights);
  const image = graph.add("Placeholder", "image", [], { dtype: float, shape: shapeOf([-1, -1, -1, 3]) });
  const stem = graph.relu(graph.convolve(image, resnet18.stem));
  // After a relu nothing is below zero: padding with zeros is padding with nothing.
  const padded = graph.add(
    "Pad",
    "stem/pad",
    [stem, graph.integers("stem/pad/sizes", [4, 2], [0, 0, 1, 1, 1, 1, 0, 0])],
    {
      T: float,
      Tpaddings: { type: "DT_INT32" },
    },
  );
  let x = graph.add("MaxPool", "stem/pool", [padded], {
    T: float,
    ksize: integers([1, 3, 3, 1]),
    strides: integers([1, 2, 2, 1]),
    padding: text("VALID"),
    data_format: text("NHWC"),
  });
  for (const block of resnet18.blocks) {
    const hidden = graph.relu(graph.convolve(x, block.conv1));
    const residual = graph.convolve(hidden, block.conv2);
    const shortcut = block.downsample ? graph.convolve(x, block.downsample) : x;
    x = graph.relu(graph.add("AddV2", `${block.conv2.name}/sum`, [residual, shortcut], { T: float }));
    if (isDescriptorBlock(block)) graph.mean(x, "descriptor");
  }
  graph.add("Identity", "featureMap", [x], { T: float });
  const features = graph.mean(x, "features");
  const product = graph.add("MatMul", "fc", [features, graph.weight("fc.weight", transposed)], {
    T: float,
    transpose_a: { b: false },
    transpose_b: { b: false },
  });
  graph.add("BiasAdd", "logit", [product, graph.weight("fc.bias")], { T: float, data_format: text("NHWC") });
  return graph.files(metadata);
}

class Graph {
  private readonly nodes: GraphNode[] = [];
  private readonly stored: StoredWeight[] = [];

  constructor(private readonly weights: Weights) {}

  add(op: string, name: string, input: string[], attr: Record<string, unknown>): string {
    this.nodes.push({ name, op, ...(input.length > 0 ? { input } : {}), attr });
    return name;
  }

  relu(x: string): string {
    return this.add("Relu", `${x}/relu`, [x], { T: float });
  }

  /** The mean over height and width: [N, H, W, C] → [N, C]. */
  mean(x: string, name: string): string {
    const axes = this.integers(`${name}/axes`, [2], [1, 2]);
    return this.add("Mean", name, [x, axes], {
      T: float,
      Tidx: { type: "DT_INT32" },
      keep_dims: { b: false },
    });
  }

  convolve(x: string, { name, stride, padding }: Convolution): string {
    const filter = this.weight(`${name}.weight`, channelsLast);
    const convolved = this.add("Conv2D", `${name}/conv`, [x, filter], {
      T: float,
      strides: integers([1, stride, stride, 1]),
      dilations: integers([1, 1, 1, 1]),
      padding: text("EXPLICIT"),
      explicit_paddings: integers([0, 0, padding, padding, padding, padding, 0, 0]),
      data_format: text("NHWC"),
    });
    return this.add("BiasAdd", name, [convolved, this.weight(`${name}.bias`)], {
      T: float,
      data_format: text("NHWC"),
    });
  }

  weight(name: string, change: (tensor: WeightTensor) => WeightTensor = (tensor) => tensor): string {
    const { shape, data } = change(this.weights.get(name) as WeightTensor);
    const halves = floatsToHalves(data);
    const isExact = isSame(halvesToFloats(halves), data);
    this.keep(name, shape, "DT_FLOAT", {
      dtype: "float32",
      ...(isExact ? { quantization: { dtype: "float16", original_dtype: "float32" } } : {}),
      bytes: bytesOf(isExact ? halves : data),
    });
    return name;
  }

  integers(name: string, shape: number[], values: number[]): string {
    this.keep(name, shape, "DT_INT32", { dtype: "int32", bytes: bytesOf(Int32Array.from(values)) });
    return name;
  }

  private keep(
    name: string,
    shape: number[],
    type: string,
    stored: Omit<StoredWeight, "name" | "shape">,
  ): void {
    this.nodes.push({
      name,
      op: "Const",
      attr: { dtype: { type }, value: { tensor: { dtype: type, tensorShape: shapeOf(shape).shape } } },
    });
    this.stored.push({ name, shape, ...stored });
  }

  files(metadata: Record<string, unknown>): GraphModelFiles {
    const all = joinBytes(this.stored.map(({ bytes }) => bytes));
    const count = Math.max(1, Math.ceil(all.length / shardBytes));
    const shards = new Map(
      Array.from({ length: count }, (_, i) => [
        `group1-shard${i + 1}of${count}.bin`,
        all.subarray(i * shardBytes, (i + 1) * shardBytes),
      ]),
    );
    const model = {
      format: "graph-model",
      generatedBy: "pneumoscope",
      convertedBy: null,
      signature: {
        inputs: { image: port("image", [-1, -1, -1, 3]) },
        outputs: {
          logit: port("logit", [-1, 1]),
          features: port("features", [-1, resnet18.features]),
          descriptor: port("descriptor", [-1, resnet18.descriptor.channels]),
          featureMap: port("featureMap", [-1, -1, -1, resnet18.features]),
        },
      },
      userDefinedMetadata: metadata,
      modelTopology: { node: this.nodes, library: {}, versions: { producer: 1395 } },
      weightsManifest: [
        { paths: [...shards.keys()], weights: this.stored.map(({ bytes: _, ...weight }) => weight) },
      ],
    };
    return { "model.json": JSON.stringify(model), shards };
  }
}

/** [out, in, k, k] → [k, k, in, out] */
function channelsLast({ shape, data }: WeightTensor): WeightTensor {
  const [out = 0, inner = 0, height = 0, width = 0] = shape;
  const moved = new Float32Array(data.length);
  let from = 0;
  for (let o = 0; o < out; o++)
    for (let i = 0; i < inner; i++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          moved[((y * width + x) * inner + i) * out + o] = data[from++] as number;
  return { shape: [height, width, inner, out], data: moved };
}

/** [1, features] → [features, 1] */
function transposed({ shape, data }: WeightTensor): WeightTensor {
  return { shape: shape.toReversed(), data };
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

const shapeOf = (sizes: readonly number[]) => ({
  shape: { dim: sizes.map((size) => ({ size: String(size) })) },
});
const integers = (values: readonly number[]) => ({ list: { i: values.map(String) } });
/** GraphDef has bytes where text is meant: base64 in JSON. */
const text = (value: string) => ({ s: btoa(value) });
const port = (name: string, sizes: readonly number[]) => ({
  name: `${name}:0`,
  dtype: "DT_FLOAT",
  tensorShape: shapeOf(sizes).shape,
});
