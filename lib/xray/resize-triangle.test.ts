import fc from "fast-check";
import { describe, expect, it } from "vitest";
import goldens from "./__fixtures__/pillow-resize.json";
import { toModelGray } from "./model-gray";
import { imagenet, normalise } from "./normalise";
import { resizeTriangle } from "./resize-triangle";
import type { GrayImage } from "./types";

const side = fc.integer({ min: 1, max: 24 });

const anyImage: fc.Arbitrary<GrayImage> = fc
  .tuple(side, side)
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height, maxLength: width * height })
      .map((levels) => ({ width, height, data: Float32Array.from(levels) })),
  );

function mirror({ width, height, data }: GrayImage): GrayImage {
  return {
    width,
    height,
    data: data.map((_, at) => data[at - (at % width) + (width - 1 - (at % width))] ?? Number.NaN),
  };
}

function transpose({ width, height, data }: GrayImage): GrayImage {
  const turned = data.map((_, at) => data[(at % height) * width + Math.floor(at / height)] ?? Number.NaN);
  return { width: height, height: width, data: turned };
}

describe("resizeTriangle", () => {
  it.each(goldens)("equals Pillow: $width × $height to $toWidth × $toHeight", (golden) => {
    const { width, height, source, toWidth, toHeight, resized } = golden;
    const result = resizeTriangle({ width, height, data: Float32Array.from(source) }, toWidth, toHeight);
    expect([result.width, result.height]).toEqual([toWidth, toHeight]);
    expect([...result.data]).toEqual(resized);
  });

  it("returns the same levels for the same size", () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        expect(resizeTriangle(image, image.width, image.height).data).toEqual(image.data);
      }),
    );
  });

  it("keeps a constant image constant", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        side,
        side,
        side,
        side,
        (level, width, height, toWidth, toHeight) => {
          const data = new Float32Array(width * height).fill(level);
          const result = resizeTriangle({ width, height, data }, toWidth, toHeight);
          expect(new Set(result.data)).toEqual(new Set([level]));
        },
      ),
    );
  });

  it("gives whole levels within the source's range", () => {
    fc.assert(
      fc.property(anyImage, side, side, (image, toWidth, toHeight) => {
        const { data } = resizeTriangle(image, toWidth, toHeight);
        const low = Math.min(...image.data);
        const high = Math.max(...image.data);
        expect(data.every((level) => Number.isInteger(level) && level >= low && level <= high)).toBe(true);
      }),
    );
  });

  it("commutes with mirroring, to one level of rounding, also where fractions come in", () => {
    fc.assert(
      fc.property(anyImage, side, side, (image, toWidth, toHeight) => {
        const a = resizeTriangle(mirror(image), toWidth, toHeight).data;
        const b = mirror(resizeTriangle(image, toWidth, toHeight)).data;
        expect(
          Math.max(...a.map((level, at) => Math.abs(level - (b[at] ?? Number.NaN)))),
        ).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("treats rows and columns alike: transposing before or after differs by rounding only", () => {
    fc.assert(
      fc.property(anyImage, side, side, (image, toWidth, toHeight) => {
        const a = resizeTriangle(transpose(image), toHeight, toWidth).data;
        const b = transpose(resizeTriangle(image, toWidth, toHeight)).data;
        expect(
          Math.max(...a.map((level, at) => Math.abs(level - (b[at] ?? Number.NaN)))),
        ).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("toModelGray", () => {
  it("squashes to a square of bytes", () => {
    const image = { width: 4, height: 2, data: Float32Array.of(0, 0, 255, 255, 0, 0, 255, 255) };
    expect(toModelGray(image, 2)).toEqual(Uint8Array.of(36, 219, 36, 219));
  });

  it("rounds fractions that no resize touched", () => {
    const image = { width: 2, height: 2, data: Float32Array.of(0.4, 0.6, 254.4, 255) };
    expect(toModelGray(image, 2)).toEqual(Uint8Array.of(0, 1, 254, 255));
  });
});

describe("normalise", () => {
  it("is torchvision's Normalize on the 0 to 1 scale, channels last", () => {
    const tensor = normalise(Uint8Array.of(0, 255, 128, 64), 2, imagenet);
    expect(tensor).toHaveLength(2 * 2 * 3);
    // (0 − 0.485) / 0.229 and so on: torchvision.transforms.Normalize of black and white
    [-2.117904, -2.0357141, -1.8044444, 2.2489083, 2.4285715, 2.64].forEach((expected, at) => {
      expect(tensor[at]).toBeCloseTo(expected, 5);
    });
  });

  it("takes several images in a row and the same levels as floats", () => {
    const gray = Uint8Array.from({ length: 8 }, (_, n) => n * 30);
    const both = normalise(gray, 2);
    expect(normalise(gray.subarray(4), 2)).toEqual(both.subarray(12));
    expect(normalise(Float32Array.from(gray), 2)).toEqual(both);
  });

  it("refuses part of an image", () => {
    expect(() => normalise(new Uint8Array(5), 2)).toThrow(/5 levels/);
    expect(() => normalise(new Uint8Array(0), 2)).toThrow(RangeError);
  });
});
