import { beforeAll, describe, expect, it } from "vitest";
import { useWasmBackend } from "@/lib/node/wasm-backend";
import { createRandom } from "@/lib/random";
import type { Weights } from "@/lib/safetensors/safetensors";
import { randomWeights } from "@/lib/testing/random-weights";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { toModelGray } from "@/lib/xray/model-gray";
import { imagenet } from "@/lib/xray/normalise";
import { createPredictor, type NetworkOutputs } from "./predictor";
import type { View } from "./views";

const size = 224;
const weights = randomWeights(5);

async function outputsOf(
  model: Weights,
  gray: Uint8Array,
  n: number,
  views: View[] = ["identity", "horizontal-flip"],
): Promise<NetworkOutputs> {
  const predictor = createPredictor(model, { views, size, ...imagenet });
  try {
    return await predictor.predict(gray, n);
  } finally {
    predictor.dispose();
  }
}

const drawn = (seed: number) =>
  toModelGray(drawSyntheticRadiograph({ width: size, height: size, seed, pneumonia: true }), size);

describe("the class activation map", () => {
  beforeAll(useWasmBackend);

  it("is exact: the mean of its cells plus the bias is the logit, for every image of a batch", async () => {
    const gray = new Uint8Array([...drawn(1), ...drawn(2), ...drawn(3)]);
    const { logits, maps, mapSide, bias } = await outputsOf(weights, gray, 3);
    expect(mapSide).toBe(7);
    for (let i = 0; i < 3; i++) {
      const cells = maps.subarray(i * 49, (i + 1) * 49);
      const mean = cells.reduce((sum, value) => sum + value, 0) / 49;
      expect(mean + bias).toBeCloseTo(logits[i] as number, 4);
      expect(Math.max(...cells) - Math.min(...cells)).toBeGreaterThan(1e-3);
    }
  });

  it("lies on the image as it is, whichever view it was computed from", async () => {
    const gray = drawn(4);
    const mirrored = gray.map((_, i) => gray[i - (i % size) + (size - 1 - (i % size))] as number);
    const { maps: plain } = await outputsOf(weights, mirrored, 1, ["identity"]);
    const { maps: flipped } = await outputsOf(weights, gray, 1, ["horizontal-flip"]);
    for (let cell = 0; cell < 49; cell++) {
      const back = cell - (cell % 7) + (6 - (cell % 7));
      expect(flipped[cell]).toBeCloseTo(plain[back] as number, 4);
    }
  });

  /** Adebayo et al., «Sanity Checks for Saliency Maps», NeurIPS 2018. */
  it("changes when the top layers are randomised", async () => {
    const gray = drawn(6);
    const { maps: before } = await outputsOf(weights, gray, 1);
    const { maps: same } = await outputsOf(new Map(weights), gray, 1);
    const { maps: after } = await outputsOf(withRandomTop(weights), gray, 1);
    expect(correlation(before, same)).toBeGreaterThan(0.999);
    expect(Math.abs(correlation(before, after))).toBeLessThan(0.6);
  });

  it.each([
    [1, 1],
    [5, 2],
    [3, 5],
  ])("points at a planted patch in cell column %i, row %i", async (column, row) => {
    const flat = new Uint8Array(size * size).fill(120);
    // Two corners hold the stretch's ends, so that the patch changes nothing elsewhere.
    flat.fill(0, 0, 600);
    flat.fill(255, flat.length - 600);
    const patched = flat.slice();
    for (let y = row * 32 + 4; y < row * 32 + 28; y++)
      for (let x = column * 32 + 4; x < column * 32 + 28; x++) patched[y * size + x] = (x ^ y) & 4 ? 230 : 30;
    const { maps } = await outputsOf(weights, new Uint8Array([...flat, ...patched]), 2, ["identity"]);
    const change = Float32Array.from({ length: 49 }, (_, cell) =>
      Math.abs((maps[49 + cell] as number) - (maps[cell] as number)),
    );
    const strongest = change.indexOf(Math.max(...change));
    expect(Math.abs((strongest % 7) - column)).toBeLessThanOrEqual(1);
    expect(Math.abs(Math.floor(strongest / 7) - row)).toBeLessThanOrEqual(1);
  });
});

function withRandomTop(model: Weights): Weights {
  const random = createRandom(9);
  return new Map(
    [...model].map(([name, tensor]) => {
      if (!/^(layer4|fc)/.test(name)) return [name, tensor];
      const deviation = Math.sqrt(
        tensor.data.reduce((sum, value) => sum + value * value, 0) / tensor.data.length,
      );
      return [name, { ...tensor, data: tensor.data.map(() => deviation * random.normal()) }];
    }),
  );
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [products, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] as number) - meanA, (b[i] as number) - meanB];
    products += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return products / Math.sqrt(squaresA * squaresB);
}
