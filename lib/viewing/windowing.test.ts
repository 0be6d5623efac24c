import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Voi } from "@/lib/xray/radiograph";
import { asWindow, dragWindow, grayTable, percentilesOf, presetsOf, windowBetween } from "./windowing";

/** PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2, written down as they stand there. y from 0 to 255. */
const formulas = {
  linear(x: number, c: number, w: number): number {
    if (x <= c - 0.5 - (w - 1) / 2) return 0;
    if (x > c - 0.5 + (w - 1) / 2) return 255;
    return ((x - (c - 0.5)) / (w - 1) + 0.5) * 255;
  },
  "linear-exact"(x: number, c: number, w: number): number {
    if (x <= c - w / 2) return 0;
    if (x > c + w / 2) return 255;
    return ((x - c) / w + 0.5) * 255;
  },
  sigmoid: (x: number, c: number, w: number): number => 255 / (1 + Math.exp((-4 * (x - c)) / w)),
};

const range = { minimum: -1024, maximum: 3071 };
const look = (table: ReturnType<typeof grayTable>, value: number) =>
  table.levels[Math.round((value - table.first) * table.perUnit)];

describe("the gray table", () => {
  it.each(["linear", "linear-exact", "sigmoid"] as const)(
    "is DICOM's %s function of every value",
    (shape) => {
      const value = fc.integer({ min: range.minimum, max: range.maximum });
      const center = fc.double({ min: -2000, max: 4000, noNaN: true });
      const width = fc.double({ min: 1, max: 9000, noNaN: true });
      fc.assert(
        fc.property(value, center, width, fc.boolean(), (x, c, w, inverted) => {
          const expected = formulas[shape](x, c, w);
          const table = grayTable({ kind: "window", center: c, width: w, shape }, inverted, range);
          const level = look(table, x) as number;
          expect(Math.abs(level - (inverted ? 255 - expected : expected))).toBeLessThanOrEqual(0.5001);
        }),
        { numRuns: 60 },
      );
    },
  );

  it("steps where a linear window is one wide", () => {
    const table = grayTable({ kind: "window", center: 100, width: 1, shape: "linear" }, false, range);
    expect([99, 100].map((value) => look(table, value))).toEqual([0, 255]);
  });

  it("takes a table's first and last level beyond its ends", () => {
    const voi: Voi = { kind: "table", firstValue: 10, levels: Float32Array.of(20, 100, 200) };
    const table = grayTable(voi, false, range);
    expect([-500, 10, 11, 12, 900].map((value) => look(table, value))).toEqual([20, 20, 100, 200, 200]);
    expect(look(grayTable(voi, true, range), 12)).toBe(55);
  });

  it("keeps fractions apart", () => {
    const table = grayTable(windowBetween(0, 1), false, { minimum: 0, maximum: 1 });
    expect(look(table, 0.5)).toBe(128);
    expect(look(table, 0.1)).toBe(26);
  });

  it("is one gray for an image of one value", () => {
    expect(grayTable(windowBetween(7, 7), false, { minimum: 7, maximum: 7 }).levels).toHaveLength(1);
  });
});

const image = { values: new Uint16Array(4), minimum: 0, maximum: 4000 };

describe("dragging", () => {
  it("widens to the right and raises the level downwards, back again the other way", () => {
    const voi = windowBetween(500, 1500);
    const wider = dragWindow(voi, image, 50, 0);
    expect(wider.width).toBeGreaterThan(1000);
    expect(wider.center).toBe(1000);
    expect(dragWindow(wider, image, -50, 0).width).toBeCloseTo(1000, 9);
    const darker = dragWindow(voi, image, 0, 50);
    expect(darker.center).toBeGreaterThan(1000);
    expect(dragWindow(darker, image, 0, -50).center).toBeCloseTo(1000, 9);
  });

  it("never ends in a window that shows nothing or is no window", () => {
    const step = fc.tuple(fc.integer({ min: -4000, max: 4000 }), fc.integer({ min: -4000, max: 4000 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let voi = windowBetween(0, 4000);
        for (const [right, down] of steps) voi = dragWindow(voi, image, right, down);
        expect(voi.width).toBeGreaterThanOrEqual(1.999);
        expect(voi.center - voi.width / 2).toBeLessThanOrEqual(4000.001);
        expect(voi.center + voi.width / 2).toBeGreaterThanOrEqual(-0.001);
      }),
    );
  });

  it("starts from the slope of a table", () => {
    const levels = Float32Array.from({ length: 100 }, (_, i) => Math.min(255, Math.max(0, (i - 20) * 5)));
    expect(asWindow({ kind: "table", firstValue: 1000, levels })).toMatchObject({
      center: 1045.5,
      width: 49,
    });
  });
});

it("offers the file's windows first, and percentiles once they are known", () => {
  const lung = windowBetween(0, 5);
  const radiograph = { ...image, voi: windowBetween(1, 2), presets: [{ name: "LUNG", voi: lung }] };
  const kinds = presetsOf(radiograph, { low: 40, high: 90 }).map(({ name }) => name.kind);
  expect(kinds).toEqual(["file", "named", "full", "percentile"]);
  expect(presetsOf(radiograph, null)).toHaveLength(3);
  expect(presetsOf(radiograph, { low: 40, high: 90 }).at(-1)?.voi).toMatchObject({ center: 65, width: 50 });
});

it("finds percentiles of whole and broken values", () => {
  const whole = Int16Array.from({ length: 1000 }, (_, i) => i - 500);
  const found = percentilesOf({ values: whole, minimum: -500, maximum: 499 });
  expect(found.low).toBeCloseTo(-490, -1);
  expect(found.high).toBeCloseTo(490, -1);
  const broken = Float32Array.from({ length: 1000 }, (_, i) => i / 1000);
  const share = percentilesOf({ values: broken, minimum: 0, maximum: 0.999 });
  expect(share.low).toBeCloseTo(0.01, 2);
  expect(share.high).toBeCloseTo(0.99, 2);
});
