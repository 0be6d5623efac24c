import { PbfWriter } from "pbf";

type Attribute = number | number[] | string | { float: number };

/** A float32 or int64 tensor stored in the file. */
interface Initializer {
  name: string;
  shape: number[];
  data: Float32Array | BigInt64Array;
}

/** What a graph takes and gives: single or half precision. */
export type ElementType = "float32" | "float16";

/** A graph input or output, with named or fixed dimensions. */
interface ValueInfo {
  name: string;
  shape: (number | string)[];
  type: ElementType;
}

interface Node {
  op: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
}

const opset = 17;
const irVersion = 8;
const elementFloat = 1;
const elementInt64 = 7;
/** The numbers that ONNX has for element types, as `Cast` wants them. */
export const elementTypes: Record<ElementType, number> = { float32: elementFloat, float16: 10 };

/**
 * Builds an ONNX model (https://onnx.ai/onnx/repo-docs/IR.html, opset 17) node by node and writes it as protobuf.
 * Each method that adds a node returns the name of its output.
 */
export class OnnxGraph {
  private readonly nodes: Node[] = [];
  private readonly initializers: Initializer[] = [];
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: ValueInfo[] = [];
  private readonly constants = new Map<string, string>();

  input(name: string, shape: (number | string)[], type: ElementType = "float32"): string {
    this.inputs.push({ name, shape, type });
    return name;
  }

  output(name: string, shape: (number | string)[], type: ElementType = "float32"): void {
    this.outputs.push({ name, shape, type });
  }

  /** Stores a float32 tensor in the file. */
  weight(name: string, shape: number[], data: Float32Array): string {
    this.initializers.push({ name, shape, data });
    return name;
  }

  /** An int64 vector, stored once however often it is asked for. */
  integers(values: number[]): string {
    const name = `integers_${values.join("_")}`.replaceAll("-", "m");
    return this.constant(name, () => ({
      name,
      shape: [values.length],
      data: BigInt64Array.from(values.map(BigInt)),
    }));
  }

  /** A long int64 vector, stored once under its name. */
  table(name: string, make: () => readonly number[]): string {
    return this.constant(name, () => {
      const values = make();
      return { name, shape: [values.length], data: BigInt64Array.from(values, BigInt) };
    });
  }

  /** A float32 matrix, stored once under its name. */
  matrix(name: string, shape: [number, number], data: Float32Array): string {
    return this.constant(name, () => ({ name, shape, data }));
  }

  /** A float32 scalar, stored once however often it is asked for. */
  scalar(value: number): string {
    const name = `scalar_${value}`;
    return this.constant(name, () => ({ name, shape: [], data: Float32Array.of(value) }));
  }

  private constant(key: string, make: () => Initializer): string {
    const known = this.constants.get(key);
    if (known) return known;
    const initializer = make();
    this.initializers.push(initializer);
    this.constants.set(key, initializer.name);
    return initializer.name;
  }

  /** @param extraOutputs names of outputs after the first, where an operator has them */
  add(
    op: string,
    inputs: string[],
    attributes: Record<string, Attribute> = {},
    output = `v${this.nodes.length}`,
    extraOutputs: string[] = [],
  ): string {
    this.nodes.push({ op, inputs, outputs: [output, ...extraOutputs], attributes });
    return output;
  }

  /** @returns the bytes of an ONNX `ModelProto` */
  encode(): Uint8Array {
    const pbf = new PbfWriter();
    pbf.writeVarintField(1, irVersion);
    pbf.writeStringField(2, "pneumoscope");
    pbf.writeMessage(7, (_: unknown, p) => this.writeGraph(p), null);
    pbf.writeMessage(8, (_: unknown, p) => p.writeVarintField(2, opset), null);
    return pbf.finish();
  }

  private writeGraph(pbf: PbfWriter): void {
    for (const node of this.nodes) pbf.writeMessage(1, writeNode, node);
    pbf.writeStringField(2, "resnet18");
    for (const initializer of this.initializers) pbf.writeMessage(5, writeTensor, initializer);
    for (const input of this.inputs) pbf.writeMessage(11, writeValueInfo, input);
    for (const output of this.outputs) pbf.writeMessage(12, writeValueInfo, output);
  }
}

function writeNode(node: Node, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  for (const output of node.outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, node.outputs[0] as string);
  pbf.writeStringField(4, node.op);
  for (const entry of Object.entries(node.attributes)) pbf.writeMessage(5, writeAttribute, entry);
}

function writeAttribute([name, value]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, 2);
  } else if (typeof value === "string") {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, 3);
  } else if (Array.isArray(value)) {
    for (const item of value) pbf.writeVarintField(8, item);
    pbf.writeVarintField(20, 7);
  } else {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, 1);
  }
}

function writeTensor(tensor: Initializer, pbf: PbfWriter): void {
  for (const n of tensor.shape) pbf.writeVarintField(1, n);
  pbf.writeVarintField(2, tensor.data instanceof Float32Array ? elementFloat : elementInt64);
  pbf.writeStringField(8, tensor.name);
  pbf.writeBytesField(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
}

function writeValueInfo(info: ValueInfo, pbf: PbfWriter): void {
  pbf.writeStringField(1, info.name);
  pbf.writeMessage(2, (value: ValueInfo, type) => type.writeMessage(1, writeTensorType, value), info);
}

function writeTensorType({ shape, type }: ValueInfo, pbf: PbfWriter): void {
  pbf.writeVarintField(1, elementTypes[type]);
  pbf.writeMessage(
    2,
    (dims: (number | string)[], p) => {
      for (const dim of dims) p.writeMessage(1, writeDimension, dim);
    },
    shape,
  );
}

function writeDimension(dim: number | string, pbf: PbfWriter): void {
  if (typeof dim === "number") pbf.writeVarintField(1, dim);
  else pbf.writeStringField(2, dim);
}
