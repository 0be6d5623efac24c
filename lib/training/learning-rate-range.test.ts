import { describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import { hasDiverged, rangeRates, smoothLosses, suggestLearningRate } from "./learning-rate-range";

/** Gradient descent on a quadratic of curvature 1 with noisy gradients, a step a rate: stable up to a rate of 2. */
function descend(low: number, high: number, steps: number, noise = 0.1) {
  const random = createRandom(1);
  let weight = 1;
  return rangeRates(low, high, steps).map((learningRate) => {
    const loss = 0.1 + weight ** 2 / 2;
    weight -= learningRate * (weight + noise * random.normal());
    return { learningRate, loss };
  });
}

describe("suggestLearningRate", () => {
  it("finds where descent is still stable, with noise too", () => {
    for (const noise of [0.02, 0.1]) {
      const suggestion = suggestLearningRate(descend(1e-4, 20, 120, noise));
      expect(suggestion?.lowestAt).toBeGreaterThan(0.2);
      expect(suggestion?.lowestAt).toBeLessThan(4);
      expect(suggestion?.learningRate).toBeCloseTo((suggestion?.lowestAt ?? 0) / 10, 1);
      expect(suggestion?.steepestAt).toBeLessThan(suggestion?.lowestAt ?? 0);
      expect(suggestion?.steepestAt).toBeGreaterThan(0.01);
    }
  });

  it("suggests nothing where the loss never falls, or where there is too little", () => {
    expect(suggestLearningRate(descend(3, 30, 40))).toBeNull();
    expect(suggestLearningRate(descend(1e-4, 1, 8))).toBeNull();
  });
});

describe("the range", () => {
  it("rises by the same factor from end to end", () => {
    const rates = rangeRates(1e-6, 1, 7);
    expect(rates[0]).toBe(1e-6);
    expect(rates.at(-1)).toBeCloseTo(1, 12);
    for (let i = 1; i < rates.length; i++)
      expect((rates[i] as number) / (rates[i - 1] as number)).toBeCloseTo(10, 9);
  });

  it("smooths without a bias at its start, and ends where the loss explodes or is no number", () => {
    expect(smoothLosses([2, 2, 2]).map((loss) => loss.toFixed(9))).toEqual(Array(3).fill("2.000000000"));
    const losses = descend(1e-3, 100, 200).map((point) => point.loss);
    const ended = losses.findIndex((_, i) => hasDiverged(losses.slice(0, i + 1)));
    expect(ended).toBeGreaterThan(100);
    expect(ended).toBeLessThan(199);
    expect(hasDiverged([1, 1, Number.NaN])).toBe(true);
    expect(hasDiverged([])).toBe(false);
  });
});
