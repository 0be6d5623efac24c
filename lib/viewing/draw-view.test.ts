import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidenceAt, evidenceRange } from "@/lib/prediction/activation-map";
import { drawView, type Overlay } from "./draw-view";
import { buildPyramid } from "./pyramid";
import { atScale, initialView, matrixOf, type Sizes, toImage, type View } from "./view";
import { grayTable, windowBetween } from "./windowing";

const width = 40;
const height = 30;
/** Gray tells the place: 5 per column, 1 per row. */
const values = Uint8Array.from({ length: width * height }, (_, i) => 5 * (i % width) + Math.floor(i / width));
const pyramid = buildPyramid({ width, height, values });
const range = { minimum: 0, maximum: 255 };
const table = grayTable(windowBetween(0, 255), false, range);
const sizesOf = (paneWidth: number, paneHeight: number): Sizes => ({
  paneWidth,
  paneHeight,
  imageWidth: width,
  imageHeight: height,
  pixelAspect: 1,
});

const anyView: fc.Arbitrary<View> = fc.record({
  zoom: fc.double({ min: 0.9, max: 6, noNaN: true }),
  centerX: fc.double({ min: 0, max: 1, noNaN: true }),
  centerY: fc.double({ min: 0, max: 1, noNaN: true }),
  quarterTurns: fc.constantFrom(0, 1, 2, 3),
  mirrored: fc.boolean(),
});

/** Calls back for each pane pixel whose centre lies well inside the image, and requires some. */
function eachInside(view: View, sizes: Sizes, check: (at: number, x: number, y: number) => void): void {
  const matrix = matrixOf(view, sizes);
  for (let row = 0; row < sizes.paneHeight; row += 3) {
    for (let column = 0; column < sizes.paneWidth; column += 3) {
      const { x, y } = toImage(matrix, { x: column + 0.5, y: row + 0.5 });
      if (x < 0.5 || y < 0.5 || x > width - 0.5 || y > height - 0.5) continue;
      check(row * sizes.paneWidth + column, x, y);
    }
  }
}

describe("drawing", () => {
  it("shows values one to one at actual size", () => {
    const sizes = sizesOf(40, 30);
    const rgba = drawView(pyramid, 1, {
      width: 40,
      height: 30,
      view: atScale(initialView, sizes, 1),
      table,
      overlay: null,
    });
    expect(Uint8Array.from(values, (_, i) => rgba[4 * i] as number)).toEqual(values);
    expect(rgba[3]).toBe(255);
  });

  it("puts each value where the geometry says, under any turn, mirror, zoom and place", () => {
    const sizes = sizesOf(120, 90);
    fc.assert(
      fc.property(anyView, (view) => {
        const rgba = drawView(pyramid, 1, { width: 120, height: 90, view, table, overlay: null });
        eachInside(view, sizes, (at, x, y) => {
          expect(Math.abs((rgba[4 * at] as number) - (5 * (x - 0.5) + (y - 0.5)))).toBeLessThan(0.6);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("lays the map over the same places", () => {
    const map = { side: 3, values: Float32Array.of(-6, 0, 6, 0, 3, 0, 1, 2, 3), bias: 0 };
    const overlay: Overlay = { map, evidenceClass: "PNEUMONIA", opacity: 1 };
    const sizes = sizesOf(120, 90);
    const black = grayTable(windowBetween(1000, 2000), false, range);
    fc.assert(
      fc.property(anyView, (view) => {
        const rgba = drawView(pyramid, 1, { width: 120, height: 90, view, table: black, overlay });
        eachInside(view, sizes, (at, x, y) => {
          const evidence = evidenceAt(map, x / width, y / height);
          const red = rgba[4 * at] as number;
          if (evidence <= 0) expect(red).toBeLessThanOrEqual(1);
          // Over black: at least the darkest red of the ramp by the cover it has there.
          else expect(red).toBeGreaterThanOrEqual(Math.floor((190 * evidence) / evidenceRange) - 2);
        });
      }),
      { numRuns: 25 },
    );
  });

  it("leaves transparent what is beside the image, and draws into what it is given", () => {
    const into = new Uint8ClampedArray(4 * 100 * 30).fill(7);
    const picture = { width: 100, height: 30, view: initialView, table, overlay: null };
    expect(drawView(pyramid, 1, picture, into)).toBe(into);
    expect([...into.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(into[4 * (15 * 100 + 50) + 3]).toBe(255);
  });

  it("averages what it makes smaller", () => {
    const stripes = Uint8Array.from({ length: 512 * 512 }, (_, i) => ((i % 512) % 2) * 200);
    const levels = buildPyramid({ width: 512, height: 512, values: stripes });
    const rgba = drawView(levels, 1, { width: 64, height: 64, view: initialView, table, overlay: null });
    for (let i = 0; i < rgba.length; i += 4)
      expect(Math.abs((rgba[i] as number) - 100)).toBeLessThanOrEqual(1);
  });

  it("halves odd sides of every kind of values", () => {
    for (const values of [
      new Int16Array(301 * 257).fill(-1000),
      new Uint16Array(301 * 257).fill(40_000),
      new Float32Array(301 * 257).fill(0.25),
    ]) {
      const levels = buildPyramid({ width: 301, height: 257, values });
      expect(levels.map((level) => [level.width, level.height])).toEqual([
        [301, 257],
        [151, 129],
        [76, 65],
      ]);
      expect(levels.at(-1)?.values.every((value) => value === values[0])).toBe(true);
      expect(levels.at(-1)?.values.constructor).toBe(values.constructor);
    }
  });
});
