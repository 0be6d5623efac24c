import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { calibratedProbability, interpret } from "./interpret";

const manifest = {
  classes: ["NORMAL", "PNEUMONIA"] as ["NORMAL", "PNEUMONIA"],
  calibration: { temperature: 2 },
  uncertainBand: exampleManifest().uncertainBand,
  threshold: { probability: 0.3, targetSensitivity: 0.95, chosenOn: "validation patients" },
};

describe("interpret", () => {
  it.each([
    [0, 0.5, "PNEUMONIA"],
    [2, 0.731058578630005, "PNEUMONIA"],
    [-2, 0.268941421369995, "NORMAL"],
    [-1e4, 0, "NORMAL"],
    [1e4, 1, "PNEUMONIA"],
  ] as const)("logit %d at temperature 2 is probability %d: %s", (logit, probability, label) => {
    const result = interpret(logit, manifest);
    expect(result.probability).toBeCloseTo(probability, 14);
    expect(result).toMatchObject({ logit, threshold: 0.3, label });
  });

  it("calls a probability that equals the threshold", () => {
    const threshold = { ...manifest.threshold, probability: calibratedProbability(0.7, 2) };
    expect(interpret(0.7, { ...manifest, threshold }).label).toBe("PNEUMONIA");
    expect(interpret(0.7 - 1e-9, { ...manifest, threshold }).label).toBe("NORMAL");
  });

  it("keeps the order of logits and mirrors around zero", () => {
    const logit = fc.double({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(logit, logit, fc.double({ min: 0.05, max: 20, noNaN: true }), (a, b, temperature) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const probability = calibratedProbability(low, temperature);
        expect(probability).toBeLessThanOrEqual(calibratedProbability(high, temperature));
        expect(probability + calibratedProbability(-low, temperature)).toBeCloseTo(1, 12);
      }),
    );
  });

  it("refuses what is no logit", () => {
    for (const logit of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => interpret(logit, manifest)).toThrow(RangeError);
    }
  });
});
