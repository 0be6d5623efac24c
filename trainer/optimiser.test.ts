import { describe, expect, it } from "vitest";
import type { Weights } from "@/lib/safetensors/safetensors";
import { adamStep, averageWeights, createAdamState, globalNorm, learningRateAt } from "./optimiser";

const weightsOf = (values: number[], name = "w.weight"): Weights =>
  new Map([[name, { shape: [values.length], data: Float32Array.from(values) }]]);
const options = { learningRate: 0.1, weightDecay: 0, clipNorm: 1e9 };

describe("adamStep", () => {
  it("follows Kingma and Ba's algorithm 1 over three steps", () => {
    const weights = weightsOf([1, -2]);
    const state = createAdamState(weights, ["w.weight"]);
    const gradients = [
      [0.5, -1],
      [0.1, 2],
      [-0.3, 0.25],
    ];
    let [m, v] = [
      [0, 0],
      [0, 0],
    ];
    const expected = [1, -2];
    for (const [t, g] of gradients.entries()) {
      adamStep(weights, new Map([["w.weight", Float32Array.from(g)]]), state, options);
      m = m.map((value, i) => 0.9 * value + 0.1 * (g[i] as number));
      v = v.map((value, i) => 0.999 * value + 0.001 * (g[i] as number) ** 2);
      for (const i of [0, 1]) {
        const mHat = (m[i] as number) / (1 - 0.9 ** (t + 1));
        const vHat = (v[i] as number) / (1 - 0.999 ** (t + 1));
        expected[i] = (expected[i] as number) - (0.1 * mHat) / (Math.sqrt(vHat) + 1e-8);
      }
    }
    const result = weights.get("w.weight")?.data as Float32Array;
    for (const i of [0, 1]) expect(result[i]).toBeCloseTo(expected[i] as number, 5);
  });

  it("decays weights but not biases", () => {
    for (const [name, kept] of [
      ["w.weight", 0.95],
      ["w.bias", 1],
    ] as const) {
      const weights = weightsOf([1], name);
      const state = createAdamState(weights, [name]);
      adamStep(weights, new Map([[name, Float32Array.of(0)]]), state, { ...options, weightDecay: 0.5 });
      expect(weights.get(name)?.data[0]).toBeCloseTo(kept, 6);
    }
  });

  it("clips by the joint norm", () => {
    const gradients = new Map([
      ["a", Float32Array.of(3)],
      ["b", Float32Array.of(4)],
    ]);
    expect(globalNorm(gradients)).toBe(5);
    const weights: Weights = new Map([...weightsOf([0], "a"), ...weightsOf([0], "b")]);
    const state = createAdamState(weights, ["a", "b"]);
    adamStep(weights, gradients, state, { ...options, clipNorm: 1 });
    expect(state.first.get("a")?.[0]).toBeCloseTo(0.1 * (3 / 5), 6);
    expect(state.first.get("b")?.[0]).toBeCloseTo(0.1 * (4 / 5), 6);
  });
});

it("averages weights by the decay", () => {
  const average = weightsOf([1]);
  averageWeights(average, weightsOf([3]), ["w.weight"], 0.75);
  expect(average.get("w.weight")?.data[0]).toBeCloseTo(1.5, 6);
});

describe("learningRateAt", () => {
  it("is flat when constant", () => {
    expect([0, 50, 99].map((step) => learningRateAt(step, 100, 0.3, "constant"))).toEqual([0.3, 0.3, 0.3]);
  });

  it("rises over a tenth, peaks, and falls to a hundredth", () => {
    const rates = Array.from({ length: 100 }, (_, step) => learningRateAt(step, 100, 1, "one-cycle"));
    expect(rates[0]).toBeCloseTo(0.1, 6);
    expect(Math.max(...rates)).toBeCloseTo(1, 6);
    expect(rates.indexOf(Math.max(...rates))).toBeLessThanOrEqual(10);
    expect(rates[99]).toBeLessThan(0.012);
    for (let step = 11; step < 100; step++) expect(rates[step]).toBeLessThan(rates[step - 1] as number);
  });
});
