import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { useWasmBackend } from "@/lib/node/wasm-backend";
import { randomWeights } from "@/lib/testing/random-weights";
import { imagenet } from "@/lib/xray/normalise";
import { toTensor } from "@/lib/xray/to-tensor";
import { knownAnswerInput } from "./known-answer";
import { exportOnnx } from "./onnx";
import { createPredictor } from "./predictor";

const weights = randomWeights(3);

describe("ResNet18 in tfjs", () => {
  beforeAll(useWasmBackend);

  it.each([32, 224])("matches onnxruntime on the same weights at %i pixels", async (size) => {
    const gray = new Uint8Array([...knownAnswerInput(1, size), ...knownAnswerInput(2, size)]);
    const predictor = createPredictor(weights, { views: ["identity"], size, ...imagenet });
    const { logits, descriptors } = await predictor.predict(gray, 2);
    predictor.dispose();
    const { expected, expectedDescriptors } = await onnxOutputs(gray, 2, size);
    expect(Math.abs((expected[0] as number) - (expected[1] as number))).toBeGreaterThan(1e-3);
    for (const [i, value] of expected.entries())
      expect(Math.abs((logits[i] as number) - value)).toBeLessThan(1e-4);
    expect(descriptors.length).toBe(2 * 128);
    for (const [i, value] of expectedDescriptors.entries())
      expect(Math.abs((descriptors[i] as number) - value)).toBeLessThan(1e-4);
  });

  it("averages the logits of its views", async () => {
    const size = 64;
    const gray = knownAnswerInput(4, size);
    const mirrored = gray.map((_, i) => gray[i - (i % size) + (size - 1 - (i % size))] as number);
    const one = createPredictor(weights, { views: ["identity"], size, ...imagenet });
    const {
      logits: [a],
    } = await one.predict(gray, 1);
    const {
      logits: [b],
    } = await one.predict(mirrored, 1);
    const both = createPredictor(weights, { views: ["identity", "horizontal-flip"], size, ...imagenet });
    const {
      logits: [mean],
    } = await both.predict(gray, 1);
    one.dispose();
    both.dispose();
    expect(a).not.toBeCloseTo(b as number, 4);
    expect(mean).toBeCloseTo(((a as number) + (b as number)) / 2, 5);
  });
});

async function onnxOutputs(gray: Uint8Array, n: number, size: number) {
  const nhwc = toTensor(gray, size);
  const planes = new Float32Array(nhwc.length);
  for (let i = 0; i < nhwc.length; i++) {
    const pixel = Math.floor(i / 3) % (size * size);
    const image = Math.floor(i / (size * size * 3));
    planes[(image * 3 + (i % 3)) * size * size + pixel] = nhwc[i] as number;
  }
  const session = await ort.InferenceSession.create(exportOnnx(weights));
  const { logit, descriptor } = await session.run({
    image: new ort.Tensor("float32", planes, [n, 3, size, size]),
  });
  return {
    expected: logit?.data as Float32Array,
    expectedDescriptors: descriptor?.data as Float32Array,
  };
}
