import fc from "fast-check";
import { describe, expect, it } from "vitest";
import references from "./__fixtures__/curve-references.json";
import { auc } from "./auc";
import { brier } from "./calibration";
import { confusionMatrix, precision, sensitivity, specificity } from "./confusion-matrix";
import { wilson } from "./interval";
import { averagePrecision, precisionRecallCurve } from "./precision-recall";
import { brierDecomposition, reliabilityBins } from "./reliability";

describe.each(references)("against scikit-learn ($averagePrecision)", (reference) => {
  it("precision-recall curve and average precision", () => {
    const { labels, probabilities, curve } = reference;
    const points = precisionRecallCurve(labels, probabilities);
    expect(averagePrecision(labels, probabilities)).toBeCloseTo(reference.averagePrecision, 12);
    const [precisions = [], recalls = [], thresholds = []] = curve;
    expect(points.map((point) => point.threshold)).toEqual(thresholds);
    for (const [at, point] of points.entries()) {
      expect(point.precision).toBeCloseTo(precisions[at] as number, 12);
      expect(point.recall).toBeCloseTo(recalls[at] as number, 12);
    }
  });

  it("reliability diagram and the Brier score's parts", () => {
    const { labels, binned } = reference;
    const filled = reliabilityBins(labels, binned).filter((bin) => bin.images > 0);
    expect(filled).toHaveLength(reference.observed.length);
    for (const [at, bin] of filled.entries()) {
      expect(bin.positives.value).toBeCloseTo(reference.observed[at] as number, 12);
      expect(bin.meanProbability).toBeCloseTo(reference.predicted[at] as number, 12);
    }
    const parts = brierDecomposition(labels, binned);
    for (const name of ["reliability", "resolution", "uncertainty"] as const)
      expect(parts?.[name], name).toBeCloseTo(reference[name], 12);
    expect(brier(labels, binned)).toBeCloseTo(reference.brier, 12);
  });
});

describe("published worked examples", () => {
  it("Altman and Bland, BMJ 308 (1994) 1552 and 309 (1994) 102: liver scans", () => {
    const scans = [
      [1, 1, 231],
      [1, 0, 27],
      [0, 1, 32],
      [0, 0, 54],
    ] as const;
    const cases = scans.flatMap(([label, scan, n]) => Array.from({ length: n }, () => ({ label, scan })));
    const matrix = confusionMatrix(
      cases.map(({ label }) => label),
      cases.map(({ scan }) => scan),
      0.5,
    );
    expect(sensitivity(matrix)).toBeCloseTo(0.9, 2);
    expect(specificity(matrix)).toBeCloseTo(0.63, 2);
    expect(precision(matrix)).toBeCloseTo(0.88, 2);
  });

  it("Hanley and McNeil, Radiology 143 (1982) 29-36: one reader's ratings of 109 CT images have an area of 0.893", () => {
    const ratings = { normal: [33, 6, 6, 11, 2], abnormal: [3, 2, 2, 11, 33] };
    const rated = [ratings.normal, ratings.abnormal].flatMap((counts, label) =>
      counts.flatMap((n, rating) => Array.from({ length: n }, () => ({ label, rating }))),
    );
    const area = auc(
      rated.map(({ label }) => label),
      rated.map(({ rating }) => rating),
    );
    expect(area).toBeCloseTo(0.893, 3);
  });

  it("Brier, Monthly Weather Review 78 (1950) 1-3: ten forecasts of rain have P = 0.19, summed over both classes", () => {
    const forecasts = [0.7, 0.9, 0.8, 0.4, 0.2, 0, 0, 0, 0, 0.1];
    const rain = [0, 1, 1, 1, 0, 0, 0, 0, 0, 0];
    expect(2 * (brier(rain, forecasts) ?? Number.NaN)).toBeCloseTo(0.19, 12);
  });

  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("Newcombe, Statistics in Medicine 17 (1998) 857-872, method 3: %i of %i", (successes, n, low, high) => {
    const interval = wilson(successes, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});

const scored = fc
  .array(fc.record({ label: fc.constantFrom(0, 1), score: fc.integer({ min: 0, max: 20 }) }), {
    minLength: 2,
    maxLength: 50,
  })
  .map((cases) => ({
    labels: cases.map((item) => item.label),
    scores: cases.map((item) => item.score / 20),
  }));

it("average precision is the share of positives for a score that says nothing, 1 for perfect order, null without any", () => {
  expect(averagePrecision([1, 0, 0, 1, 0], [3, 3, 3, 3, 3])).toBeCloseTo(0.4, 12);
  expect(averagePrecision([0, 1, 1], [0.1, 0.6, 0.9])).toBe(1);
  expect(averagePrecision([0, 0], [0.1, 0.6])).toBeNull();
});

it("the parts of the Brier score add up to it, and every case is in one bin", () => {
  fc.assert(
    fc.property(scored, ({ labels, scores }) => {
      const parts = brierDecomposition(labels, scores);
      if (!parts) throw new Error("no parts");
      const { reliability, resolution, uncertainty, withinBins } = parts;
      expect(reliability - resolution + uncertainty + withinBins).toBeCloseTo(
        brier(labels, scores) ?? Number.NaN,
        12,
      );
      const images = reliabilityBins(labels, scores).reduce((sum, bin) => sum + bin.images, 0);
      expect(images).toBe(labels.length);
    }),
  );
  expect(brierDecomposition([], [])).toBeNull();
  expect(() => reliabilityBins([1], [1.2])).toThrow(/1\.2/);
});
