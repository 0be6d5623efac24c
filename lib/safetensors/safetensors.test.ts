import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floatToHalf, halfToFloat } from "./half";
import { parseSafetensors, safetensorsParts, type Weights, writeSafetensors } from "./safetensors";

const weights: Weights = new Map([
  ["b", { shape: [2, 2], data: Float32Array.of(1, -2.5, 3.140625, 65504) }],
  ["a", { shape: [1], data: Float32Array.of(2 ** -24) }],
]);

describe("half precision", () => {
  it("gives back every binary16 value it is given", () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = halfToFloat(bits);
      if (Number.isNaN(value)) continue;
      expect(floatToHalf(value)).toBe(bits);
    }
  });

  it("rounds to the nearest neighbour, ties to even", () => {
    expect(floatToHalf(1 + 2 ** -11)).toBe(floatToHalf(1));
    expect(floatToHalf(1 + 3 * 2 ** -11)).toBe(floatToHalf(1 + 2 ** -9));
    expect(floatToHalf(65520)).toBe(0x7c00);
    fc.assert(
      fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (value) => {
        const rounded = halfToFloat(floatToHalf(value));
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
      }),
    );
  });
});

describe("safetensors", () => {
  it.each(["F32", "F16"] as const)("reads back what it wrote as %s", (precision) => {
    const { weights: read, metadata } = parseSafetensors(
      writeSafetensors(weights, precision, { made: "here" }),
    );
    expect(metadata).toEqual({ made: "here" });
    expect(read).toEqual(weights);
  });

  it.each(["F32", "F16"] as const)("is the same file in parts, as %s", (precision) => {
    const parts = [...safetensorsParts(weights, precision, { made: "here" })];
    expect(Buffer.concat(parts)).toEqual(Buffer.from(writeSafetensors(weights, precision, { made: "here" })));
    expect(parts.at(-1)?.buffer === weights.get("b")?.data.buffer).toBe(precision === "F32");
  });

  it("writes equal weights as equal bytes, whatever their order", () => {
    const reversed = new Map([...weights].reverse());
    expect(writeSafetensors(reversed, "F16")).toEqual(writeSafetensors(weights, "F16"));
  });

  it("reads from a view into a larger buffer, as Node's Buffer is", () => {
    const bytes = writeSafetensors(weights, "F32");
    const larger = Buffer.concat([Buffer.alloc(13, 7), bytes]);
    expect(parseSafetensors(larger.subarray(13)).weights).toEqual(weights);
  });

  it("refuses truncated, lying and foreign bytes with WEIGHTS_INVALID", () => {
    const bytes = writeSafetensors(weights, "F32");
    const foreign = new TextEncoder().encode("%PDF-1.7 and so on, long enough");
    const lying = new TextEncoder().encode(new TextDecoder().decode(bytes).replace("[2,2]", "[2,9]"));
    for (const bad of [bytes.subarray(0, 5), bytes.subarray(0, bytes.length - 1), foreign, lying]) {
      expect(() => parseSafetensors(bad)).toThrow(expect.objectContaining({ code: "WEIGHTS_INVALID" }));
    }
  });
});
