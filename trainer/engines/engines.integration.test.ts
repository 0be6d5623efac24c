import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import { isTrainable, type Stage, tensorShapes } from "@/lib/resnet18/architecture";
import type { Weights } from "@/lib/safetensors/safetensors";
import { randomWeights } from "@/lib/testing/random-weights";
import type { Engine, Gradients, ImageBatch } from "./engine";
import { openEngine } from "./open";

const size = 64;
const n = 3;
const weights = randomWeights(5);

function microBatch(): ImageBatch {
  const random = createRandom(9);
  return {
    images: Float32Array.from({ length: n * size * size * 3 }, () => random.normal()),
    targets: Float32Array.of(0.975, 0.025, 0.975),
    sampleWeights: Float32Array.of(0.2, 0.5, 0.3),
    featureMask: Float32Array.from({ length: n * 512 }, () => (random.next() < 0.3 ? 0 : 1 / 0.7)),
  };
}

/** Largest difference, as a share of the largest value. */
function relativeDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const largest = b.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0);
  return a.reduce((top, value, i) => Math.max(top, Math.abs(value - (b[i] as number))), 0) / largest;
}

async function withLearner<T>(
  engine: Engine,
  trainFrom: Stage,
  use: (gradientsOf: (weights: Weights) => Promise<Gradients>) => Promise<T>,
): Promise<T> {
  const learner = await engine.createLearner(weights, { trainFrom, microBatchSize: n, size });
  try {
    return await use((changed) => learner.gradients(changed, microBatch()));
  } finally {
    learner.dispose();
  }
}

const engines = new Map<string, Engine>();
beforeAll(async () => {
  for (const name of ["onnxruntime", "wasm"]) engines.set(name, await openEngine(name));
});
const engine = (name: string) => engines.get(name) as Engine;

describe("engines", () => {
  it.each(["conv1", "layer3", "layer4", "fc"] as const)(
    "agree on every gradient when training starts at %s",
    async (from) => {
      const native = await withLearner(engine("onnxruntime"), from, (gradientsOf) => gradientsOf(weights));
      const wasm = await withLearner(engine("wasm"), from, (gradientsOf) => gradientsOf(weights));
      const trained = [...tensorShapes().keys()].filter((name) => isTrainable(name, from));
      expect([...native.gradients.keys()]).toEqual(trained);
      expect([...wasm.gradients.keys()]).toEqual(trained);
      expect(relativeDifference(wasm.logits, native.logits)).toBeLessThan(1e-4);
      for (const name of trained) {
        const difference = relativeDifference(
          wasm.gradients.get(name) as Float32Array,
          native.gradients.get(name) as Float32Array,
        );
        expect(difference, name).toBeLessThan(2e-3);
      }
    },
  );

  // Every gradient of the two was compared above: a single one shows that wasm's loss is the same function.
  it.each([
    [
      "onnxruntime",
      ["layer3.0.downsample.0.weight", "layer4.0.conv1.bias", "layer3.1.conv2.weight", "fc.weight"],
    ],
    ["wasm", ["layer3.1.conv2.weight"]],
  ])("%s: gradients follow the loss that finite differences measure", (name, tensors) =>
    withLearner(engine(name), "layer3", async (gradientsOf) => {
      const step = 1e-2;
      const { gradients } = await gradientsOf(weights);
      for (const tensor of tensors) {
        const gradient = gradients.get(tensor) as Float32Array;
        const index = gradient.reduce(
          (best, value, i) => (Math.abs(value) > Math.abs(gradient[best] as number) ? i : best),
          0,
        );
        const losses = [];
        for (const sign of [1, -1]) {
          const changed = new Map(weights);
          const original = weights.get(tensor)!;
          const data = original.data.slice();
          data[index] = (data[index] as number) + sign * step;
          changed.set(tensor, { shape: original.shape, data });
          losses.push(loss(await gradientsOf(changed)));
        }
        const slope = ((losses[0] as number) - (losses[1] as number)) / (2 * step);
        expect(Math.abs(slope - (gradient[index] as number)) / Math.abs(slope), tensor).toBeLessThan(0.05);
      }
    }),
  );

  it.each(["onnxruntime", "wasm"])("%s: gives the same logits for the same images", async (name) => {
    const { images } = microBatch();
    const inference = await engine(name).createInference(weights);
    const { logits, descriptors } = await inference.outputs(images, n, size);
    const first = [...logits, ...descriptors];
    const again = await inference.outputs(images, n, size);
    inference.dispose();
    expect(first.length).toBe(n * (1 + 128));
    expect([...again.logits, ...again.descriptors]).toEqual(first);
  });

  it("refuses an engine that is not there, naming it and the reason", async () => {
    await expect(openEngine("tfjs-node-gpu")).rejects.toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      message: expect.stringContaining("TRAINER_ENGINE=tfjs-node-gpu"),
    });
    await expect(openEngine("abacus")).rejects.toThrow(/abacus.*unknown/);
  });
});

function loss({ logits }: Gradients): number {
  const { targets, sampleWeights } = microBatch();
  return logits.reduce((sum, z, i) => {
    const entropy = Math.log1p(Math.exp(z)) - z * (targets[i] as number);
    return sum + entropy * (sampleWeights[i] as number);
  }, 0);
}
