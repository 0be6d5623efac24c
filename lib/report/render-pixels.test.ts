import { expect, it } from "vitest";
import { renderedSize, renderPixels } from "./render-pixels";
import { exampleMap, exampleRadiograph } from "./report.fixture";

function at({ rgba, width }: ReturnType<typeof renderPixels>, x: number, y: number): number[] {
  return [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

it("shows gray without a map, by the file's own window and inversion", () => {
  const radiograph = exampleRadiograph(16, 16);
  radiograph.values.fill(1024);
  radiograph.voi = { kind: "window", center: 1024, width: 2048, shape: "linear-exact" };
  expect(at(renderPixels(radiograph, { longestSide: 16, map: null }), 3, 3)).toEqual([128, 128, 128, 255]);
  const inverted = { ...radiograph, voi: { ...radiograph.voi, center: 512 }, inverted: true };
  expect(at(renderPixels(inverted, { longestSide: 16, map: null }), 3, 3)).toEqual([64, 64, 64, 255]);
});

it("lays the map where its peak is and leaves its negative cells gray", () => {
  const black = exampleRadiograph(140, 140);
  black.values.fill(0);
  const laid = renderPixels(black, { longestSide: 140, map: exampleMap() });
  // On black every channel grows with the evidence.
  const sum = (x: number, y: number) => at(laid, x, y).reduce((total, channel) => total + channel, 0);
  let peak: [number, number] = [0, 0];
  for (let y = 0; y < 140; y++) {
    for (let x = 0; x < 140; x++) if (sum(x, y) > sum(...peak)) peak = [x, y];
  }
  // Centres of the cells (4, 4) and (5, 4), 20 pixels each.
  expect(peak[0]).toBeGreaterThanOrEqual(89);
  expect(peak[0]).toBeLessThanOrEqual(111);
  expect(peak[1]).toBeGreaterThanOrEqual(88);
  expect(peak[1]).toBeLessThanOrEqual(91);
  expect(at(laid, ...peak)[0]).toBeGreaterThan(80);
  expect(at(laid, 5, 5)).toEqual([0, 0, 0, 255]);
});

it("is plain gray for a map that speaks for NORMAL everywhere", () => {
  const map = { ...exampleMap(), values: new Float32Array(49).fill(-2) };
  const options = { longestSide: 64 };
  expect(renderPixels(exampleRadiograph(), { ...options, map }).rgba).toEqual(
    renderPixels(exampleRadiograph(), { ...options, map: null }).rgba,
  );
});

it.each([
  [{ width: 4000, height: 3000, pixelAspect: 1 }, 1600, { width: 1600, height: 1200 }],
  [{ width: 400, height: 300, pixelAspect: 1 }, 1600, { width: 400, height: 300 }],
  [{ width: 400, height: 300, pixelAspect: 2 }, 300, { width: 200, height: 300 }],
  [{ width: 5000, height: 1, pixelAspect: 1 }, 100, { width: 100, height: 1 }],
] as const)("%o within %d pixels is %o", (radiograph, longestSide, size) => {
  expect(renderedSize(radiograph, longestSide)).toEqual(size);
});
