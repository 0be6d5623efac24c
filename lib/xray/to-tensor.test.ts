import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { toModelGray } from "./model-gray";
import { imagenet, normalise } from "./normalise";
import { stretchIntensity } from "./stretch-intensity";
import { toTensor } from "./to-tensor";

const size = 64;
const radiograph = (seed: number) =>
  toModelGray(drawSyntheticRadiograph({ width: 160, height: 128, seed, pneumonia: seed % 2 === 0 }), size);

describe("stretchIntensity", () => {
  it("takes away exposure and contrast: the linear part of the tone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        (seed, contrast) => {
          const gray = Float32Array.from(radiograph(seed));
          const darker = gray.map((level) => 20 + contrast * level * 0.9);
          const [a, b] = [stretchIntensity(gray, size), stretchIntensity(darker, size)];
          const largest = a.reduce((top, value, i) => Math.max(top, Math.abs(value - (b[i] as number))), 0);
          // Percentiles are whole levels, so a compressed copy is off by about a level before it is stretched again.
          expect(largest).toBeLessThan(255 * (1.5 / (contrast * 0.9 * 100)));
        },
      ),
    );
  });

  it("puts one percent of the pixels at each end and keeps the order of levels", () => {
    const gray = radiograph(3);
    const stretched = stretchIntensity(gray, size);
    expect(Math.min(...stretched)).toBe(0);
    expect(Math.max(...stretched)).toBe(255);
    const byLevel = new Map(Array.from(gray, (level, i) => [level, stretched[i] as number]));
    const levels = [...byLevel.keys()].sort((a, b) => a - b).map((level) => byLevel.get(level) as number);
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
  });

  it("leaves a uniform image uniform, without dividing by zero", () => {
    const stretched = stretchIntensity(new Uint8Array(size * size).fill(120), size);
    expect(new Set(stretched).size).toBe(1);
    expect(Number.isFinite(stretched[0])).toBe(true);
  });

  it("treats each image of a batch alone", () => {
    const [a, b] = [radiograph(1), radiograph(2).map((level) => level >> 2)];
    const together = stretchIntensity(new Uint8Array([...a, ...b]), size);
    expect(together.slice(0, size * size)).toEqual(stretchIntensity(a, size));
    expect(together.slice(size * size)).toEqual(stretchIntensity(b, size));
  });
});

describe("toTensor", () => {
  it("stretches, then normalises", () => {
    const gray = radiograph(4);
    expect(toTensor(gray, size)).toEqual(normalise(stretchIntensity(gray, size), size, imagenet));
  });
});
