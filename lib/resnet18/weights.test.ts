import { describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import type { Weights } from "@/lib/safetensors/safetensors";
import { randomWeights } from "@/lib/testing/random-weights";
import { assertComplete, tensorShapes } from "./architecture";
import { foldBatchNorm } from "./fold-batch-norm";
import { prepareInitialWeights } from "./initial-weights";
import { checkKnownAnswers, knownAnswerInput } from "./known-answer";

const without = (weights: Weights, pattern: RegExp) =>
  new Map([...weights].filter(([name]) => !pattern.test(name)));

describe("the architecture", () => {
  it("has torchvision's 11.18 million parameters before fc", () => {
    const counts = [...tensorShapes()].map(([name, shape]) =>
      name.startsWith("fc") ? 0 : shape.reduce((a, b) => a * b, 1),
    );
    // torchvision: 11,176,512 with 4,800 batch norm scales and 4,800 shifts; folding leaves one bias per channel.
    expect(counts.reduce((a, b) => a + b, 0)).toBe(11_176_512 - 4_800);
  });

  it("names the first tensor that is missing, misshapen, not finite or foreign", () => {
    const weights = randomWeights(1);
    expect(() => assertComplete(weights)).not.toThrow();
    expect(() => assertComplete(without(weights, /^layer2\.0\.conv2\.bias/))).toThrow(
      /layer2.0.conv2.bias is missing/,
    );
    const misshapen = new Map(weights).set("fc.weight", { shape: [2, 512], data: new Float32Array(1024) });
    expect(() => assertComplete(misshapen)).toThrow(/fc.weight has shape \[2,512\]/);
    const infinite = new Map(weights).set("fc.bias", { shape: [1], data: Float32Array.of(Number.NaN) });
    expect(() => assertComplete(infinite)).toThrow(/fc.bias holds a value that is not finite/);
    const foreign = new Map(weights).set("head.weight", { shape: [1], data: Float32Array.of(1) });
    expect(() => assertComplete(foreign)).toThrow(/head.weight is not part/);
  });
});

describe("folding batch norm", () => {
  it("gives the convolution that conv and batch norm were together", () => {
    const source: Weights = new Map(randomWeights(2));
    source.delete("conv1.bias");
    const channel = (value: number) => ({ shape: [64], data: new Float32Array(64).fill(value) });
    source.set("bn1.weight", channel(2)).set("bn1.bias", channel(0.5));
    source.set("bn1.running_mean", channel(3)).set("bn1.running_var", channel(4 - 1e-5));
    const folded = foldBatchNorm(source);
    const before = source.get("conv1.weight")?.data[10] as number;
    expect(folded.get("conv1.weight")?.data[10]).toBeCloseTo(before * (2 / 2), 5);
    expect(folded.get("conv1.bias")?.data[0]).toBeCloseTo(0.5 - 3 * (2 / 2), 5);
    source.delete("bn1.running_var");
    expect(() => foldBatchNorm(source)).toThrow(/bn1.running_var/);
  });
});

describe("initial weights", () => {
  it("keeps a champion as it is", () => {
    const champion = randomWeights(3);
    const prepared = prepareInitialWeights(champion, createRandom(1));
    const unchanged = [...champion].filter(([name, { data }]) =>
      prepared.get(name)?.data.every((value, i) => value === data[i]),
    );
    expect(unchanged.length).toBe(tensorShapes().size);
    expect(prepared.size).toBe(tensorShapes().size);
  });

  it("fills what a partial ImageNet file lacks, so that layer4's blocks start as their shortcuts", () => {
    const partial = without(randomWeights(3), /^(layer4\.\d\.conv\d\.weight|fc)/);
    partial.set("fc.weight", { shape: [1000, 512], data: new Float32Array(512_000) });
    const prepared = prepareInitialWeights(partial, createRandom(1));
    assertComplete(prepared);
    expect(prepared.get("layer4.0.conv2.weight")?.data.every((value) => value === 0)).toBe(true);
    expect(prepared.get("layer4.1.conv1.weight")?.data.some((value) => value !== 0)).toBe(true);
    expect(prepared.get("layer4.0.conv1.bias")?.data.every((value) => value === 0)).toBe(true);
    expect(prepareInitialWeights(partial, createRandom(1)).get("fc.weight")).toEqual(
      prepared.get("fc.weight"),
    );
  });

  it("refuses a file that lacks anything else", () => {
    expect(() =>
      prepareInitialWeights(without(randomWeights(3), /^layer1\.0\.conv1\.weight/), createRandom(1)),
    ).toThrow(/layer1.0.conv1.weight is missing/);
  });
});

describe("known answers", () => {
  const answers = [{ seed: 1, size: 32, logit: 0.5 }];
  const predictor = (logit: number) => ({
    predict: async () => ({
      logits: Float32Array.of(logit),
      maps: new Float32Array(1),
      mapSide: 1,
      bias: 0,
      descriptors: new Float32Array(128),
    }),
    dispose: () => {},
  });

  it("pass within the tolerance and fail outside it, on NaN, and when there are none", async () => {
    expect((await checkKnownAnswers(predictor(0.505), answers)).passed).toBe(true);
    expect((await checkKnownAnswers(predictor(0.52), answers)).passed).toBe(false);
    expect((await checkKnownAnswers(predictor(Number.NaN), answers)).passed).toBe(false);
    expect((await checkKnownAnswers(predictor(0.5), [])).passed).toBe(false);
  });

  it("have inputs that differ by seed and use the range", () => {
    const [a, b] = [knownAnswerInput(1, 224), knownAnswerInput(2, 224)];
    expect(a).not.toEqual(b);
    expect(Math.max(...a) - Math.min(...a)).toBeGreaterThan(150);
  });
});
