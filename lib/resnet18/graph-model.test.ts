import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { beforeAll, expect, it } from "vitest";
import { useWasmBackend } from "@/lib/node/wasm-backend";
import { parseSafetensors, writeSafetensors } from "@/lib/safetensors/safetensors";
import { randomWeights } from "@/lib/testing/random-weights";
import { toTensor } from "@/lib/xray/to-tensor";
import { exportGraphModel, type GraphModelFiles } from "./graph-model";
import { knownAnswerInput } from "./known-answer";
import { exportOnnx } from "./onnx";

const size = 64;
const input = toTensor(new Uint8Array([...knownAnswerInput(1, size), ...knownAnswerInput(2, size)]), size);

beforeAll(useWasmBackend);

/** As `tf.loadGraphModel("…/model.json")` does, without a server. */
function load({ "model.json": json, shards }: GraphModelFiles): Promise<tf.GraphModel> {
  const { modelTopology, weightsManifest, ...rest } = JSON.parse(json);
  const weightSpecs = weightsManifest.flatMap(({ weights }: { weights: unknown[] }) => weights);
  const named = weightsManifest.flatMap(({ paths }: { paths: string[] }) => paths);
  const data = Buffer.concat(named.map((name: string) => shards.get(name) as Uint8Array));
  const weightData = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer;
  return tf.loadGraphModel({ load: async () => ({ modelTopology, weightSpecs, weightData, ...rest }) });
}

async function onnxLogits(weights: ReturnType<typeof randomWeights>): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(exportOnnx(weights, { channelsLast: true }));
  const { logit } = await session.run({ image: new ort.Tensor("float32", input, [2, size, size, 3]) });
  return logit?.data as Float32Array;
}

it("gives onnxruntime's logits in tfjs, and stores what is published in half precision", async () => {
  const weights = parseSafetensors(writeSafetensors(randomWeights(3), "F16")).weights;
  // One tensor that is not exact in half precision is kept as it is.
  weights.set("fc.bias", { shape: [1], data: Float32Array.of(0.1) });
  const files = exportGraphModel(weights, { threshold: 0.38 });
  const sizes = [...files.shards.values()].map(({ length }) => length);
  expect(sizes.reduce((sum, length) => sum + length, 0) / 1e6).toBeCloseTo(22.4, 0);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4 * 1024 * 1024);
  const model = await load(files);
  const image = tf.tensor4d(input, [2, size, size, 3]);
  const outputs = model.execute({ image }, ["logit", "descriptor", "features", "featureMap"]) as tf.Tensor[];
  expect(outputs.map(({ shape }) => shape)).toEqual([
    [2, 1],
    [2, 128],
    [2, 512],
    [2, 2, 2, 512],
  ]);
  const logits = await outputs[0]?.data();
  const expected = await onnxLogits(weights);
  expect(Math.abs((expected[0] as number) - (expected[1] as number))).toBeGreaterThan(1e-3);
  for (const [i, value] of expected.entries())
    expect(Math.abs((logits?.[i] as number) - value)).toBeLessThan(1e-4);
  tf.dispose([image, ...outputs]);
  model.dispose();
});
