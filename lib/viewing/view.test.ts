import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  atScale,
  fitScale,
  fitted,
  initialView,
  matrixOf,
  mirror,
  pan,
  type Sizes,
  toImage,
  toPane,
  turn,
  type View,
  zoomAt,
} from "./view";

const side = fc.integer({ min: 1, max: 5000 });
const anySizes: fc.Arbitrary<Sizes> = fc.record({
  paneWidth: side,
  paneHeight: side,
  imageWidth: side,
  imageHeight: side,
  pixelAspect: fc.double({ min: 0.3, max: 3, noNaN: true }),
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
const anyView: fc.Arbitrary<View> = fc.record({
  zoom: fc.double({ min: 0.1, max: 40, noNaN: true }),
  centerX: share,
  centerY: share,
  quarterTurns: fc.constantFrom(0, 1, 2, 3),
  mirrored: fc.boolean(),
});

const near = (actual: number, expected: number, unit: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-6 * Math.max(1, unit));

const sizes: Sizes = { paneWidth: 400, paneHeight: 300, imageWidth: 200, imageHeight: 100, pixelAspect: 1 };
const corner = (view: View, x: number, y: number) => {
  const point = toPane(matrixOf(view, sizes), { x, y });
  return [point.x, point.y];
};

describe("where the image lies", () => {
  it("fits the whole image into the middle", () => {
    expect(corner(initialView, 0, 0)).toEqual([0, 50]);
    expect(corner(initialView, 200, 100)).toEqual([400, 250]);
  });

  it("turns clockwise and fits again, mirrors what is seen", () => {
    const right = turn(initialView, sizes, "right");
    expect(corner(right, 0, 0)).toEqual([275, 0]);
    expect(corner(right, 200, 0)).toEqual([275, 300]);
    // Mirrored left and right, the upper left corner of the file comes from the upper right of the turned image.
    expect(corner(mirror(right, "horizontal"), 0, 0)).toEqual([125, 0]);
    expect(corner(mirror(right, "vertical"), 0, 0)).toEqual([275, 300]);
  });

  it("stretches pixels that are higher than wide", () => {
    const tall = { ...sizes, imageWidth: 100, pixelAspect: 2 };
    expect(fitScale(initialView, tall)).toBe(1.5);
    expect(toPane(matrixOf(initialView, tall), { x: 100, y: 100 })).toEqual({ x: 275, y: 300 });
  });

  it("takes a pane point to the image and back under any turn, mirror, zoom and place", () => {
    fc.assert(
      fc.property(anyView, anySizes, share, share, (view, any, u, v) => {
        const matrix = matrixOf(view, any);
        const point = { x: u * any.paneWidth, y: v * any.paneHeight };
        const back = toPane(matrix, toImage(matrix, point));
        near(back.x, point.x, any.paneWidth);
        near(back.y, point.y, any.paneHeight);
      }),
    );
  });

  it("keeps what lies under the pointer while zooming, where the middle stays on the image", () => {
    fc.assert(
      fc.property(
        anyView,
        anySizes,
        share,
        share,
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        (view, any, u, v, factor) => {
          const point = { x: u * any.paneWidth, y: v * any.paneHeight };
          const before = toImage(matrixOf(view, any), point);
          const zoomed = zoomAt(view, any, factor, point);
          fc.pre([zoomed.centerX, zoomed.centerY].every((center) => center > 0 && center < 1));
          const after = toPane(matrixOf(zoomed, any), before);
          near(after.x, point.x, any.paneWidth + any.paneHeight);
          near(after.y, point.y, any.paneWidth + any.paneHeight);
        },
      ),
    );
  });

  it("moves with the hand, and not off the image", () => {
    const zoomed = { ...initialView, zoom: 4 };
    expect(corner(pan(zoomed, sizes, 30, -20), 100, 50)).toEqual([230, 130]);
    expect(pan(zoomed, sizes, 1e6, 1e6)).toMatchObject({ centerX: 0, centerY: 0 });
  });

  it("four turns, two mirrors, and a turn each way change nothing; the two mirrors make half a turn", () => {
    fc.assert(
      fc.property(anyView, anySizes, (view, any) => {
        const same = (after: View, expected: View) => {
          expect({ ...after, zoom: 0 }).toEqual({ ...expected, zoom: 0 });
          near(after.zoom, expected.zoom, expected.zoom);
        };
        const right = (from: View) => turn(from, any, "right");
        same(right(right(right(right(view)))), view);
        same(turn(right(view), any, "left"), view);
        same(mirror(mirror(view, "horizontal"), "horizontal"), view);
        same(mirror(mirror(view, "horizontal"), "vertical"), right(right(view)));
      }),
    );
  });

  it("shows one image pixel as one pane pixel", () => {
    const actual = atScale({ ...initialView, quarterTurns: 1 }, sizes, 1);
    const { a, b } = matrixOf(actual, sizes);
    expect(Math.hypot(a, b)).toBeCloseTo(1, 12);
    expect(fitted(actual)).toEqual({ ...initialView, quarterTurns: 1 });
  });
});
