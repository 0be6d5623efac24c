import { describe, expect, it } from "vitest";
import { crossValidationTable, type FoldResult, summariseFolds } from "./cross-validation";

function fold(
  number: number,
  threshold: number,
  ...cases: [patient: string, label: 0 | 1, probability: number][]
) {
  return {
    fold: number,
    trainImages: 10,
    trainPatients: 5,
    threshold,
    durationMs: 1,
    cases: cases.map(([patientId, label, probability], i) => ({
      caseId: `${number}-${i}`,
      patientId,
      label,
      probability,
    })),
  } satisfies FoldResult;
}

const results = [
  fold(2, 0.5, ["d", 0, 0.1], ["e", 1, 0.4], ["f", 1, 0.9]),
  fold(1, 0.3, ["a", 0, 0.2], ["a", 0, 0.35], ["b", 1, 0.8], ["c", 1, 0.3]),
];

describe("summariseFolds", () => {
  it("has each fold's own threshold, the spread over folds, and one AUC of all cases together", () => {
    const { folds, spread, pooled } = summariseFolds(results);
    expect(folds).toEqual([
      { fold: 1, trainImages: 10, images: 4, patients: 3, auc: 0.75, sensitivity: 1, specificity: 0.5 },
      { fold: 2, trainImages: 10, images: 3, patients: 3, auc: 1, sensitivity: 0.5, specificity: 1 },
    ]);
    // The sample standard deviation of two values is their distance over √2.
    expect(spread.auc.mean).toBe(0.875);
    expect(spread.auc.deviation).toBeCloseTo(0.25 / Math.SQRT2, 12);
    expect(spread.sensitivity).toMatchObject({ low: 0.5, high: 1 });
    // Of 4 × 3 pairs, 0.35 of patient a lies above 0.3 of patient c.
    expect(pooled.auc.value).toBeCloseTo(11 / 12, 12);
    expect(pooled.auc.low).toBeLessThan(11 / 12);
    expect(pooled).toMatchObject({ images: 7, patients: 6, sensitivity: { value: 0.75 } });
    expect(pooled.specificity.value).toBeCloseTo(2 / 3, 12);
  });

  it("has no spread where a fold lacks a class, and still a table", () => {
    const lacking = summariseFolds([...results, fold(3, 0.5, ["g", 1, 0.7])]);
    expect(lacking.spread.auc).toEqual({ mean: null, deviation: null, low: null, high: null });
    const table = crossValidationTable(lacking).split("\n");
    expect(table).toHaveLength(2 + 3 + 5);
    expect(table[2]).toBe("| 1 | 10 | 4 | 3 | 0.7500 | 1.0000 | 0.5000 |");
    expect(table[4]).toContain("| – | 1.0000 | – |");
  });
});
