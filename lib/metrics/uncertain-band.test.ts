import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Label } from "./auc";
import { measureBand, uncertainBand } from "./uncertain-band";

const cases = fc.array(
  fc.record({ label: fc.constantFrom<Label>(0, 1), probability: fc.double({ min: 0, max: 1, noNaN: true }) }),
  { minLength: 2, maxLength: 80 },
);
const columns = (items: { label: Label; probability: number }[]) =>
  [items.map((item) => item.probability), items.map((item) => item.label)] as const;

describe("the uncertain band", () => {
  it("holds the threshold and keeps its promises on the cases it was chosen on", () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), (items, threshold) => {
        fc.pre(items.some((item) => item.label === 1));
        const targets = { sensitivity: 0.9, specificity: 0.8 };
        const { low, high } = uncertainBand(...columns(items), threshold, targets);
        expect(low).toBeLessThanOrEqual(threshold);
        expect(high).toBeGreaterThanOrEqual(threshold);
        const positives = items.filter((item) => item.label === 1);
        const negatives = items.filter((item) => item.label === 0);
        const found = positives.filter((item) => item.probability >= low).length;
        expect(found).toBeGreaterThanOrEqual(0.9 * positives.length - 1e-9);
        // A probability of 1 cannot lie below any end of a band.
        const below = negatives.filter((item) => item.probability < high || item.probability === 1).length;
        expect(below).toBeGreaterThanOrEqual(0.8 * negatives.length - 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it("counts errors inside, below and above", () => {
    const items = (
      [
        [0, 0.1],
        [1, 0.2],
        [0, 0.45],
        [1, 0.45],
        [0, 0.55],
        [1, 0.9],
        [0, 0.95],
        [1, 0.99],
      ] as [Label, number][]
    ).map(([label, probability]) => ({ label, probability }));
    const rates = measureBand(items, 0.5, { low: 0.4, high: 0.6 });
    expect(rates.inside.value).toBeCloseTo(3 / 8);
    expect(rates.errorsInside.value).toBeCloseTo(2 / 3);
    expect(rates.errorsBelow.value).toBeCloseTo(1 / 2);
    expect(rates.errorsAbove.value).toBeCloseTo(1 / 3);
  });
});
