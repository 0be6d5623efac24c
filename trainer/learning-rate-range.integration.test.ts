import { afterAll, beforeAll, expect, it } from "vitest";
import type { RangePoint } from "@/lib/training/learning-rate-range";
import { type DrawnTraining, drawnTraining, tinyConfig } from "./__fixtures__/drawn-training";
import { listCases, loadCases } from "./data/load-cases";
import { runRangeTest } from "./learning-rate-range";
import { readInitialWeights } from "./train";

let drawn: DrawnTraining;
beforeAll(async () => {
  drawn = await drawnTraining(24);
});
afterAll(() => drawn.close());

it("trains on the same steps each time, its rate rising, until the loss explodes", async () => {
  const { store, datasetDigest, initialWeightsDigest } = drawn;
  const config = tinyConfig();
  const context = await drawn.context("range");
  const cases = await listCases(store, datasetDigest, ["train"]);
  const train = await loadCases(store, cases, {
    size: 32,
    signal: context.signal,
    onProgress: () => undefined,
  });
  const test = async (high: number): Promise<RangePoint[]> => {
    const weights = await readInitialWeights(store, { initialWeightsDigest, config });
    return runRangeTest(context, weights, train, config, { low: 1e-4, high, steps: 12 });
  };
  const points = await test(0.1);
  expect(points).toHaveLength(12);
  expect(points[0]?.learningRate).toBe(1e-4);
  expect(points.at(-1)?.learningRate).toBeCloseTo(0.1, 9);
  expect(Math.min(...points.map((point) => point.loss))).toBeLessThan(points[0]?.loss ?? 0);
  expect(await test(0.1)).toEqual(points);
  const exploded = await test(1e6);
  expect(exploded.length).toBeLessThan(12);
  expect(exploded[0]).toEqual(points[0]);
});
