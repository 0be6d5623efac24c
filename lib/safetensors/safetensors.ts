import { PneumoscopeError } from "@/lib/errors";
import { floatsToHalves, halvesToFloats } from "./half";

/** One named array: row-major float32 values of the given shape. */
export interface WeightTensor {
  shape: number[];
  data: Float32Array;
}

/** Tensors by name. */
export type Weights = Map<string, WeightTensor>;

export interface SafetensorsFile {
  weights: Weights;
  metadata: Record<string, string>;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

type Precision = "F32" | "F16";

const maximumHeaderBytes = 100_000_000;
const bytesPerElement: Record<string, number> = { F32: 4, F16: 2, I64: 8 };

/**
 * Reads a safetensors file (https://huggingface.co/docs/safetensors). F32 and F16 become float32; I64 tensors
 * (batch norm's counters) are left out.
 * @throws WEIGHTS_INVALID when the header, a type, a shape or an offset does not fit the bytes
 */
export function parseSafetensors(bytes: Uint8Array): SafetensorsFile {
  const header = readHeader(bytes);
  const bodyStart = 8 + header.sizeBytes;
  const weights: Weights = new Map();
  for (const [name, entry] of Object.entries(header.entries)) {
    const data = readTensor(name, entry, bytes, bodyStart);
    if (data) weights.set(name, { shape: entry.shape, data });
  }
  return { weights, metadata: header.metadata };
}

function readHeader(bytes: Uint8Array) {
  if (bytes.length < 8) throw invalid("is shorter than its 8-byte length field");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizeBytes = Number(view.getBigUint64(0, true));
  if (sizeBytes > maximumHeaderBytes || 8 + sizeBytes > bytes.length) {
    throw invalid(`declares a header of ${sizeBytes} bytes but has ${bytes.length} bytes in all`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + sizeBytes)));
  } catch (cause) {
    throw invalid("has a header that is not JSON", cause);
  }
  if (typeof parsed !== "object" || parsed === null) throw invalid("has a header that is not an object");
  const { __metadata__: metadata = {}, ...entries } = parsed as Record<string, HeaderEntry> & {
    __metadata__?: Record<string, string>;
  };
  return { sizeBytes, metadata, entries: entries as Record<string, HeaderEntry> };
}

function readTensor(
  name: string,
  entry: HeaderEntry,
  bytes: Uint8Array,
  bodyStart: number,
): Float32Array | undefined {
  const elementBytes = bytesPerElement[entry?.dtype];
  if (!elementBytes) throw invalid(`stores ${name} as ${entry?.dtype}; only F32 and F16 are read`);
  if (!Array.isArray(entry.shape) || !entry.shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw invalid(`gives ${name} an impossible shape`);
  }
  const [start, end] = entry.data_offsets;
  const elements = entry.shape.reduce((product, n) => product * n, 1);
  const fits = Number.isSafeInteger(start) && start >= 0 && bodyStart + end <= bytes.length;
  if (!fits || end - start !== elements * elementBytes) {
    throw invalid(`gives ${name} the byte range ${start}–${end}, which does not hold its ${elements} values`);
  }
  if (entry.dtype === "I64") return undefined;
  // A copy, aligned for the typed array; `slice` of a Node Buffer would be a view of the whole file.
  const body = new Uint8Array(bytes.subarray(bodyStart + start, bodyStart + end)).buffer;
  return entry.dtype === "F16" ? halvesToFloats(new Uint16Array(body)) : new Float32Array(body);
}

/**
 * Writes a safetensors file with tensors sorted by name, so that equal weights give equal bytes.
 * @param precision "F16" rounds each value to the nearest binary16
 */
export function writeSafetensors(
  weights: Weights,
  precision: Precision,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  const { header, bodyBytes } = writeHeader(weights, precision, metadata);
  const bytes = new Uint8Array(header.length + bodyBytes);
  let position = 0;
  for (const part of safetensorsParts(weights, precision, metadata)) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

/**
 * The same file in parts, one after another: its header, then each tensor. At "F32" they are views of the tensors,
 * so that a large file need not be in memory a second time.
 */
export function* safetensorsParts(
  weights: Weights,
  precision: Precision,
  metadata: Record<string, string> = {},
): Generator<Uint8Array<ArrayBufferLike>> {
  yield writeHeader(weights, precision, metadata).header;
  for (const name of sortedNames(weights)) {
    const { data } = weights.get(name) as WeightTensor;
    const encoded = precision === "F16" ? floatsToHalves(data) : data;
    yield new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  }
}

const sortedNames = (weights: Weights) => [...weights.keys()].sort();

function writeHeader(weights: Weights, precision: Precision, metadata: Record<string, string>) {
  const entries: Record<string, unknown> = { __metadata__: metadata };
  let bodyBytes = 0;
  for (const name of sortedNames(weights)) {
    const { shape, data } = weights.get(name) as WeightTensor;
    const end = bodyBytes + data.length * (bytesPerElement[precision] as number);
    entries[name] = { dtype: precision, shape, data_offsets: [bodyBytes, end] };
    bodyBytes = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(entries));
  const jsonBytes = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + jsonBytes);
  new DataView(header.buffer).setBigUint64(0, BigInt(jsonBytes), true);
  header.fill(0x20, 8);
  header.set(json, 8);
  return { header, bodyBytes };
}

function invalid(rule: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError("WEIGHTS_INVALID", `The safetensors file ${rule}. Download it again.`, {
    userMessage: "The model file is damaged. Reload the page to fetch it again.",
    cause,
  });
}
