import { encode } from "fast-png";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { encodePng } from "@/lib/testing/encode-png";
import { levelOf } from "./apply-voi";
import { decodeRadiograph, toGrayImage } from "./decode-radiograph";

const ramp = { width: 16, height: 16, data: Float32Array.from({ length: 256 }, (_, n) => n) };

describe("a picture as a radiograph", () => {
  it("of 8 bits: its own levels, the whole range as window", async () => {
    const radiograph = await decodeRadiograph(encodePng(ramp));
    expect(radiograph).toMatchObject({
      format: "PNG",
      minimum: 0,
      maximum: 255,
      colour: 0,
      frameCount: 1,
      dicom: null,
    });
    expect(radiograph.values).toEqual(Uint8Array.from(ramp.data));
    expect(toGrayImage(radiograph).data).toEqual(ramp.data);
  });

  it("of 16 bits: whole values, which the window turns into the levels v · 255 ÷ 65,535 exactly", async () => {
    const data = Uint16Array.from({ length: 256 * 256 }, (_, n) => n);
    const radiograph = await decodeRadiograph(
      encode({ width: 256, height: 256, data, channels: 1, depth: 16 }),
    );
    expect(radiograph.values).toBeInstanceOf(Uint16Array);
    expect(radiograph.values.findIndex((value, n) => value !== data[n])).toBe(-1);
    const levels = toGrayImage(radiograph).data;
    expect(levels.findIndex((level, n) => level !== Math.fround(((data[n] as number) * 255) / 65_535))).toBe(
      -1,
    );
  });

  it("in colour: how far from gray it is", async () => {
    const [red, gray] = [
      [255, 0, 0],
      [90, 90, 90],
    ] as const;
    const pixels = (a: readonly number[], b: readonly number[]) =>
      encode({ width: 2, height: 1, data: Uint8Array.from([...a, ...b]), channels: 3, depth: 8 });
    expect((await decodeRadiograph(pixels(red, gray))).colour).toBe(0.5);
    expect((await decodeRadiograph(pixels(gray, gray))).colour).toBe(0);
    const photograph = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#0000ff" } })
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await decodeRadiograph(photograph)).colour).toBeGreaterThan(0.95);
  });

  it("has one frame, and says so", async () => {
    for (const frame of [1, -1, 0.5]) {
      await expect(decodeRadiograph(encodePng(ramp), { frame })).rejects.toMatchObject({
        code: "IMAGE_FRAME_NOT_FOUND",
        message: /it has 1/,
      });
    }
  });
});

describe("values of interest", () => {
  const levels = (voi: Parameters<typeof levelOf>[0], values: number[]) => values.map(levelOf(voi));

  // PS3.3 C.11.2.1.2.1 gives these for a linear window with 0 to 255 as output.
  it("linear: center 2048, width 4096 covers 0 to 4095", () => {
    const voi = { kind: "window", center: 2048, width: 4096, shape: "linear" } as const;
    expect(levels(voi, [-1, 0, 4095, 4096])).toEqual([0, 0, 255, 255]);
    expect(levelOf(voi)(2047.5)).toBeCloseTo(127.5, 10);
  });

  it("linear of width 1 is a step at center − 0.5", () => {
    expect(levels({ kind: "window", center: 2048, width: 1, shape: "linear" }, [2047, 2048])).toEqual([
      0, 255,
    ]);
  });

  it("linear-exact: center 2048, width 4096 covers 0 to 4096", () => {
    const voi = { kind: "window", center: 2048, width: 4096, shape: "linear-exact" } as const;
    expect(levels(voi, [-1, 0, 2048, 4096, 5000])).toEqual([0, 0, 127.5, 255, 255]);
  });

  it("sigmoid: half at the center, 255 ÷ (1 + e⁻²) at half a width above", () => {
    const voi = { kind: "window", center: 100, width: 40, shape: "sigmoid" } as const;
    expect(levelOf(voi)(100)).toBe(127.5);
    expect(levelOf(voi)(120)).toBeCloseTo(255 / (1 + Math.exp(-2)), 10);
  });

  it("table: held at its ends", () => {
    const voi = { kind: "table", firstValue: -1, levels: Float32Array.of(10, 20, 200) } as const;
    expect(levels({ ...voi }, [-5, -1, 0, 1, 9])).toEqual([10, 10, 20, 200, 200]);
  });
});
