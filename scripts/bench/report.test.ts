import { expect, it } from "vitest";
import { type BenchResult, readable, targetsOf } from "./report";

const visit = (readyMs: number) => ({
  readyMs,
  largestContentfulPaintMs: 400,
  phases: [{ phase: "ready", atMs: readyMs }],
});
const ratio = (reference: string, wall: number) => ({
  measured: "pneumoscope wasm",
  reference,
  threads: 2,
  cpu: { min: 0.7, median: 0.8 },
  wall: { min: 0.9, median: wall },
});
const result: BenchResult = {
  machine: "processor, 2 cores",
  browser: "Chromium 1",
  loadBefore: 0.1,
  forward: [
    {
      batch: 2,
      rounds: 3,
      figures: [],
      ratios: [ratio("onnxruntime-web wasm", 1.07), ratio("onnxruntime-node", 3.9)],
    },
  ],
  notMeasured: ["webgpu: the adapter is a software imitation"],
  product: {
    firstVisit: [visit(2_000)],
    secondVisit: [visit(1_600), visit(1_200), visit(1_300)],
    downloads: { pageScriptBytes: 200_000, workerScriptBytes: 100_000, wasmBytes: 150_000 },
    readings: [{ file: "a.png", status: "ok", dropToResultMs: { min: 1, median: 2 }, phases: {} }],
    longestTask: { wallMs: 51, cpuMs: 20 },
    peakRendererBytes: null,
  },
};

it("holds figures against their targets, the native reference not among them", () => {
  const missed = targetsOf(result).filter(({ value, atMost }) => value > atMost);
  expect(targetsOf(result)).toHaveLength(6);
  expect(missed.map(({ name }) => name)).toEqual([
    "forward wall, pneumoscope wasm / onnxruntime-web wasm, 2 threads, batch 2",
    "longest main-thread task",
  ]);
});

it("prints every part, and counts a figure that is not there as missed", () => {
  const text = readable({
    ...result,
    product: result.product && {
      ...result.product,
      firstVisit: [{ ...visit(1), largestContentfulPaintMs: null }],
    },
  });
  expect(text).toContain("not measured: webgpu");
  expect(text).toMatch(/met +1,300 ms +≤ 1,500 +second visit ready/);
  expect(text).toMatch(/MISSED +NaN ms +≤ 2,500 +largest contentful paint/);
});
