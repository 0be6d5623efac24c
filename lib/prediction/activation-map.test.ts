import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Colour,
  colourOf,
  coverOf,
  type EvidenceClass,
  evidenceAt,
  evidenceRange,
  meanEvidence,
  strengthFor,
  upsample,
} from "./activation-map";

const anyMap = fc
  .integer({ min: 1, max: 9 })
  .chain((side) =>
    fc
      .array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: side * side, maxLength: side * side })
      .map((values) => ({ side, values: Float32Array.from(values), bias: 0 })),
  );
const share = fc.double({ min: 0, max: 1, noNaN: true });
const classes: EvidenceClass[] = ["NORMAL", "PNEUMONIA"];

describe("between the cells", () => {
  it("has each cell's value at its centre, and goes on flat to the edge", () => {
    fc.assert(
      fc.property(anyMap, (map) => {
        const { side, values } = map;
        for (let i = 0; i < side * side; i++) {
          const [u, v] = [((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side];
          expect(evidenceAt(map, u, v)).toBeCloseTo(values[i] as number, 4);
        }
        expect(evidenceAt(map, 0, 0)).toBeCloseTo(values[0] as number, 4);
        expect(evidenceAt(map, 1, 1)).toBeCloseTo(values.at(-1) as number, 4);
      }),
    );
  });

  it("stays between the least and the greatest cell, and moves no further than they allow", () => {
    fc.assert(
      fc.property(anyMap, share, share, share, (map, u, v, other) => {
        const [least, most] = [Math.min(...map.values), Math.max(...map.values)];
        const here = evidenceAt(map, u, v);
        expect(here).toBeGreaterThanOrEqual(least - 1e-4);
        expect(here).toBeLessThanOrEqual(most + 1e-4);
        const step = Math.abs(evidenceAt(map, other, v) - here);
        expect(step).toBeLessThanOrEqual((most - least) * map.side * Math.abs(other - u) + 1e-4);
      }),
    );
  });

  it("mirrors with its cells", () => {
    fc.assert(
      fc.property(anyMap, share, share, (map, u, v) => {
        const { side } = map;
        const mirrored = {
          side,
          values: map.values.map((_, i) => map.values[i - (i % side) + (side - 1 - (i % side))] as number),
        };
        expect(evidenceAt(mirrored, 1 - u, v)).toBeCloseTo(evidenceAt(map, u, v), 3);
      }),
    );
  });

  it("keeps the mean of the cells, which with the bias is the logit", () => {
    const map = { side: 7, values: Float32Array.from({ length: 49 }, (_, i) => Math.sin(i) * 4), bias: 1 };
    const large = upsample(map, 140, 70);
    expect(large).toHaveLength(140 * 70);
    // Flat edges weigh outer cells a little more, inner ones less: the sum stays.
    const mean = large.reduce((sum, value) => sum + value, 0) / large.length;
    expect(mean).toBeCloseTo(meanEvidence(map), 1);
  });
});

describe("colour", () => {
  it("shows one class only, by a scale that no image changes", () => {
    expect(strengthFor("PNEUMONIA", -5)).toBe(0);
    expect(strengthFor("NORMAL", -evidenceRange / 2)).toBe(0.5);
    expect(strengthFor("PNEUMONIA", 10 * evidenceRange)).toBe(1);
    expect([coverOf(0, 0.7), coverOf(1, 0.7)]).toEqual([0, 0.7]);
  });

  it.each(classes)(
    "grows lighter with the evidence for %s, so that it also reads in gray",
    (evidenceClass) => {
      const lightness = Array.from(
        { length: 101 },
        (_, i) => labOf(colourOf(evidenceClass, i / 100)).lightness,
      );
      for (let i = 1; i < lightness.length; i++)
        expect(lightness[i]).toBeGreaterThan(lightness[i - 1] as number);
      expect((lightness.at(-1) as number) - (lightness[0] as number)).toBeGreaterThan(35);
    },
  );

  it.each(["protanopia", "deuteranopia", "tritanopia"] as const)(
    "keeps the classes apart under %s, and both apart from gray",
    (kind) => {
      for (let i = 20; i <= 100; i += 10) {
        const [normal, pneumonia] = classes.map((evidenceClass) =>
          labOf(seenWith(kind, colourOf(evidenceClass, i / 100))),
        ) as [Lab, Lab];
        expect(difference(normal, pneumonia)).toBeGreaterThan(25);
        for (const lab of [normal, pneumonia]) expect(Math.hypot(lab.a, lab.b)).toBeGreaterThan(12);
      }
    },
  );
});

interface Lab {
  lightness: number;
  a: number;
  b: number;
}

type Row = [number, number, number];

const linear = (channel: number) => {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};
const apply = (rows: readonly [Row, Row, Row], [x, y, z]: Row): Row =>
  rows.map(([a, b, c]) => a * x + b * y + c * z) as Row;

/** sRGB (D65) → CIE L*a*b*. */
function labOf({ red, green, blue }: Colour): Lab {
  const [x, y, z] = apply(
    [
      [0.4124564, 0.3575761, 0.1804375],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339, 0.119192, 0.9503041],
    ],
    [linear(red), linear(green), linear(blue)],
  );
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return { lightness: 116 * fy - 16, a: 500 * (fx - fy), b: 200 * (fy - fz) };
}

function difference(one: Lab, other: Lab): number {
  return Math.hypot(one.lightness - other.lightness, one.a - other.a, one.b - other.b);
}

/** Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB. */
const deficiencies: Record<"protanopia" | "deuteranopia" | "tritanopia", readonly [Row, Row, Row]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function seenWith(kind: keyof typeof deficiencies, { red, green, blue }: Colour): Colour {
  const [r, g, b] = apply(deficiencies[kind], [linear(red), linear(green), linear(blue)]).map((value) => {
    const share = Math.min(1, Math.max(0, value));
    return 255 * (share <= 0.0031308 ? 12.92 * share : 1.055 * share ** (1 / 2.4) - 0.055);
  }) as Row;
  return { red: r, green: g, blue: b };
}
