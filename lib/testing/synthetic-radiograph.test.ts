import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { encodePng } from "./encode-png";
import { drawSyntheticRadiograph } from "./synthetic-radiograph";

const draw = (seed: number, pneumonia: boolean) =>
  drawSyntheticRadiograph({ width: 64, height: 48, seed, pneumonia });

describe("drawSyntheticRadiograph", () => {
  it("gives whole levels in range, the same for the same seed, another for another", () => {
    const { width, height, data } = draw(1, false);
    expect([width, height, data.length]).toEqual([64, 48, 64 * 48]);
    expect(data.every((level) => Number.isInteger(level) && level >= 0 && level <= 255)).toBe(true);
    expect(draw(1, false).data).toEqual(data);
    expect(draw(2, false).data).not.toEqual(data);
  });

  it("brightens the lungs with pneumonia and changes nothing outside them", () => {
    let brighter = 0;
    for (let seed = 0; seed < 20; seed++) {
      const clear = draw(seed, false).data;
      const cloudy = draw(seed, true).data;
      let gain = 0;
      for (let i = 0; i < clear.length; i++) gain += (cloudy[i] ?? 0) - (clear[i] ?? 0);
      if (gain / clear.length > 1) brighter++;
      expect(cloudy.subarray(0, 64 * 2)).toEqual(clear.subarray(0, 64 * 2));
    }
    expect(brighter).toBe(20);
  });

  it("cannot be told from the mean level alone", () => {
    const mean = (data: Float32Array) => data.reduce((sum, level) => sum + level, 0) / data.length;
    const clear = Array.from({ length: 40 }, (_, n) => mean(draw(n, false).data));
    const cloudy = Array.from({ length: 40 }, (_, n) => mean(draw(1000 + n, true).data));
    const wins = clear
      .flatMap((a) => cloudy.map((b) => (b > a ? 1 : 0)))
      .reduce<number>((sum, win) => sum + win, 0);
    expect(wins / 1600).toBeLessThan(0.85);
  });
});

describe("encodePng", () => {
  it("keeps every level", () => {
    const image = draw(5, true);
    const decoded = decode(encodePng(image));
    expect([decoded.width, decoded.height, decoded.channels, decoded.depth]).toEqual([64, 48, 1, 8]);
    expect(Float32Array.from(decoded.data)).toEqual(image.data);
  });
});
