import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { OnnxGraph } from "@/lib/onnx/graph";
import { createRandom } from "@/lib/random";
import type { Convolution } from "@/lib/resnet18/architecture";
import { outputSide, RowGraph } from "./row-graph";

const batch = 5;
const inChannels = 4;
const outChannels = 3;
const random = createRandom(3);
const drawn = (length: number) => Float32Array.from({ length }, () => random.normal());

/** Runs a convolution forward and back on the given values: rows in, rows and gradients out. */
async function runRowGraph(
  c: Convolution,
  side: number,
  values: Record<"x" | "weight" | "bias" | "dy", Float32Array>,
) {
  const graph = new OnnxGraph();
  const across = outputSide(side, c);
  const shapes = {
    x: [batch * side * side, inChannels],
    "c.weight": [outChannels, inChannels, c.kernel, c.kernel],
    "c.bias": [outChannels],
    dy: [batch * across * across, outChannels],
  };
  for (const [name, shape] of Object.entries(shapes)) graph.input(name, shape);
  const rows = new RowGraph(
    graph,
    batch,
    (name) => name,
    (name) => `gradient.${name}`,
  );
  const step = rows.convolve(c, { name: "x", side, channels: inChannels });
  graph.add("Identity", [step.output.name], {}, "y");
  graph.add("Identity", [rows.inputGradient(step, rows.kernelGradients(step, "dy"))], {}, "dx");
  graph.output("y", shapes.dy);
  graph.output("dx", shapes.x);
  graph.output("gradient.c.weight", shapes["c.weight"]);
  graph.output("gradient.c.bias", shapes["c.bias"]);
  const session = await ort.InferenceSession.create(graph.encode(), { intraOpNumThreads: 1 });
  const results = await session.run({
    x: new ort.Tensor("float32", values.x, shapes.x),
    "c.weight": new ort.Tensor("float32", values.weight, shapes["c.weight"]),
    "c.bias": new ort.Tensor("float32", values.bias, shapes["c.bias"]),
    dy: new ort.Tensor("float32", values.dy, shapes.dy),
  });
  const read = (name: string) => results[name]?.data as Float32Array;
  const found = {
    y: read("y"),
    dx: read("dx"),
    dw: read("gradient.c.weight"),
    db: read("gradient.c.bias"),
  };
  await session.release();
  return { ...found, transformed: step.transformed };
}

/** The same by the definition, in double precision. */
function convolveByDefinition(
  c: Convolution,
  side: number,
  values: Record<"x" | "weight" | "bias" | "dy", Float32Array>,
) {
  const across = outputSide(side, c);
  const y = new Float64Array(values.dy.length);
  const dx = new Float64Array(values.x.length);
  const dw = new Float64Array(values.weight.length);
  const db = new Float64Array(outChannels);
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < across; oy++)
      for (let ox = 0; ox < across; ox++)
        for (let o = 0; o < outChannels; o++) {
          const out = ((n * across + oy) * across + ox) * outChannels + o;
          const dy = values.dy[out]!;
          y[out]! += values.bias[o]!;
          db[o]! += dy;
          for (let i = 0; i < inChannels; i++)
            for (let a = 0; a < c.kernel; a++)
              for (let b = 0; b < c.kernel; b++) {
                const iy = oy * c.stride + a - c.padding;
                const ix = ox * c.stride + b - c.padding;
                if (iy < 0 || ix < 0 || iy >= side || ix >= side) continue;
                const at = ((n * side + iy) * side + ix) * inChannels + i;
                const w = ((o * inChannels + i) * c.kernel + a) * c.kernel + b;
                y[out]! += values.x[at]! * values.weight[w]!;
                dx[at]! += dy * values.weight[w]!;
                dw[w]! += dy * values.x[at]!;
              }
        }
  return { y, dx, dw, db };
}

function expectClose(found: Float32Array, wanted: Float64Array, name: string) {
  expect(found.length).toBe(wanted.length);
  const largest = wanted.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  const difference = wanted.reduce((top, value, i) => Math.max(top, Math.abs(value - found[i]!)), 0);
  expect(difference / largest, name).toBeLessThan(1e-5);
}

describe("RowGraph", () => {
  it.each([
    // Few positions a kernel: plain products. Many: Winograd's transform, whole tiles and cut ones.
    { side: 4, kernel: 3, stride: 1, padding: 1, transformed: false },
    { side: 14, kernel: 3, stride: 1, padding: 1, transformed: true },
    { side: 15, kernel: 3, stride: 1, padding: 1, transformed: true },
    { side: 16, kernel: 3, stride: 1, padding: 1, transformed: true },
    { side: 13, kernel: 3, stride: 1, padding: 1, transformed: true },
    { side: 14, kernel: 3, stride: 2, padding: 1, transformed: false },
    { side: 7, kernel: 3, stride: 2, padding: 1, transformed: false },
    { side: 14, kernel: 1, stride: 2, padding: 0, transformed: false },
  ])("convolves as the definition does, forward and back: %o", async ({ side, transformed, ...shape }) => {
    const c: Convolution = { name: "c", inChannels, outChannels, ...shape };
    const across = outputSide(side, c);
    const values = {
      x: drawn(batch * side * side * inChannels),
      weight: drawn(outChannels * inChannels * c.kernel ** 2),
      bias: drawn(outChannels),
      dy: drawn(batch * across * across * outChannels),
    };
    const found = await runRowGraph(c, side, values);
    const wanted = convolveByDefinition(c, side, values);
    expect(found.transformed).toBe(transformed);
    for (const name of ["y", "dx", "dw", "db"] as const) expectClose(found[name], wanted[name], name);
  });
});
