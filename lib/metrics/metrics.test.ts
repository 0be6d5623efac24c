import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import references from "./__fixtures__/references.json";
import { auc, rocCurve } from "./auc";
import { bootstrapByPatient } from "./bootstrap-by-patient";
import { brier, expectedCalibrationError, fitTemperature, negativeLogLikelihood } from "./calibration";
import { accuracy, confusionMatrix, f1, precision, sensitivity, specificity } from "./confusion-matrix";
import { delong } from "./delong";
import { evaluateCases, evaluationMetricsSchema } from "./evaluate-cases";
import { normalTail, wilson } from "./interval";
import { midPlace } from "./mid-place";
import { thresholdForSensitivity } from "./threshold";

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

/** Both classes present, scores with many ties. */
const scored = fc
  .array(fc.record({ label: fc.constantFrom(0, 1), score: fc.integer({ min: -8, max: 8 }) }), {
    minLength: 4,
    maxLength: 60,
  })
  .filter((cases) => new Set(cases.map((item) => item.label)).size === 2);

describe.each(references.models)(
  "against scikit-learn, scipy and DeLong's definition ($aucA)",
  (reference) => {
    const { labels, a, b } = reference;
    const probabilities = a.map(sigmoid);

    it("auc and rocCurve", () => {
      expect(auc(labels, a)).toBeCloseTo(reference.aucA, 12);
      expect(auc(labels, b)).toBeCloseTo(reference.aucB, 12);
      const curve = rocCurve(labels, a);
      const [falsePositiveRates, truePositiveRates, thresholds] = reference.roc;
      expect(curve.map((point) => point.falsePositiveRate)).toEqual(falsePositiveRates);
      expect(curve.map((point) => point.truePositiveRate)).toEqual(truePositiveRates);
      expect(curve.slice(1).map((point) => point.threshold + 0)).toEqual(
        thresholds?.map((threshold) => threshold + 0),
      );
    });

    it("delong", () => {
      const result = delong({ labels, a, b });
      expect(result.a.value).toBeCloseTo(reference.aucA, 12);
      expect(result.a.variance).toBeCloseTo(reference.varianceA, 12);
      expect(result.b?.value).toBeCloseTo(reference.aucB, 12);
      expect(result.difference?.variance).toBeCloseTo(reference.varianceDifference, 12);
      expect(result.difference?.z).toBeCloseTo(reference.z, 9);
      expect(result.difference?.p).toBeCloseTo(reference.p, 10);
      expect(result.difference?.pGreater).toBeCloseTo(reference.pGreater, 10);
    });

    it("delong with several cases a patient", () => {
      const { patients } = reference;
      const { variance } = delong({ labels, a, patients }).a;
      expect(variance).toBeCloseTo(reference.clusteredVarianceA, 12);
      expect(variance).not.toBeCloseTo(reference.varianceA, 6);
      const alone = labels.map((_, n) => `${n}`);
      expect(delong({ labels, a, b, patients: alone })).toEqual(delong({ labels, a, b }));
    });

    it("figures at a threshold", () => {
      const matrix = confusionMatrix(labels, probabilities, 0.6);
      expect(accuracy(matrix)).toBeCloseTo(reference.accuracy, 12);
      expect(sensitivity(matrix)).toBeCloseTo(reference.sensitivity, 12);
      expect(specificity(matrix)).toBeCloseTo(reference.specificity, 12);
      expect(precision(matrix)).toBeCloseTo(reference.precision, 12);
      expect(f1(matrix)).toBeCloseTo(reference.f1, 12);
    });

    it("brier, expected calibration error and temperature", () => {
      expect(brier(labels, probabilities)).toBeCloseTo(reference.brier, 12);
      expect(expectedCalibrationError(labels, probabilities)).toBeCloseTo(reference.ece, 12);
      expect(
        fitTemperature(
          a.map((logit) => logit * 4),
          labels,
        ),
      ).toBeCloseTo(reference.temperature, 4);
    });
  },
);

describe("auc", () => {
  it("counts ties half", () => {
    const sorted = Float64Array.of(1, 2, 3, 3, 3);
    expect([0, 1, 2, 3, 4].map((score) => midPlace(sorted, score))).toEqual([0, 0.5, 1.5, 3.5, 5]);
    expect(midPlace(new Float64Array(0), 1)).toBe(0);
  });

  it("depends on the order of scores only, and on no order of cases", () => {
    fc.assert(
      fc.property(scored, fc.infiniteStream(fc.nat()), (cases, keys) => {
        const labels = cases.map((item) => item.label);
        const scores = cases.map((item) => item.score);
        const value = auc(labels, scores);
        expect(
          auc(
            labels,
            scores.map((score) => Math.exp(score / 3) * 7 - 100),
          ),
        ).toBe(value);
        const shuffled = cases
          .map((item) => ({ item, key: keys.next().value }))
          .sort((x, y) => x.key - y.key)
          .map(({ item }) => item);
        expect(
          auc(
            shuffled.map((item) => item.label),
            shuffled.map((item) => item.score),
          ),
        ).toBe(value);
        expect(
          auc(
            labels.map((label) => 1 - label),
            scores.map((score) => -score),
          ),
        ).toBeCloseTo(value ?? Number.NaN, 12);
      }),
    );
  });

  it("is the area under rocCurve", () => {
    fc.assert(
      fc.property(scored, (cases) => {
        const labels = cases.map((item) => item.label);
        const scores = cases.map((item) => item.score);
        const curve = rocCurve(labels, scores);
        const area = curve.slice(1).reduce((sum, point, at) => {
          const before = curve[at] ?? point;
          const width = point.falsePositiveRate - before.falsePositiveRate;
          return sum + (width * (point.truePositiveRate + before.truePositiveRate)) / 2;
        }, 0);
        expect(area).toBeCloseTo(auc(labels, scores) ?? Number.NaN, 12);
        expect(curve.at(-1)).toMatchObject({ falsePositiveRate: 1, truePositiveRate: 1 });
      }),
    );
  });

  it("is null without both classes and refuses NaN", () => {
    expect(auc([1, 1], [0.1, 0.2])).toBeNull();
    expect(auc([], [])).toBeNull();
    expect(rocCurve([0], [0.5])).toEqual([]);
    expect(() => auc([0, 1], [Number.NaN, 1])).toThrow(/NaN/);
    expect(() => auc([0, 1, 1], [0, 1])).toThrow(/3 labels for 2/);
    expect(() => auc([0, 2], [0, 1])).toThrow(/label 1 is 2/);
  });
});

describe("delong", () => {
  it("has an interval within 0 and 1 that contains the value", () => {
    fc.assert(
      fc.property(scored, (cases) => {
        const { a } = delong({ labels: cases.map((item) => item.label), a: cases.map((item) => item.score) });
        if (a.low === null || a.high === null || a.value === null) return;
        expect(a.low).toBeGreaterThanOrEqual(0);
        expect(a.high).toBeLessThanOrEqual(1);
        expect(a.low).toBeLessThanOrEqual(a.value + 1e-12);
        expect(a.high).toBeGreaterThanOrEqual(a.value - 1e-12);
      }),
    );
  });

  it("does not take a perfect score on few cases for certainty", () => {
    const { a } = delong({ labels: [0, 0, 0, 1, 1, 1, 1], a: [1, 2, 3, 4, 5, 6, 7] });
    expect(a).toMatchObject({ value: 1, variance: 0, high: 1 });
    expect(a.low).toBeCloseTo(wilson(3, 3).low ?? Number.NaN, 12);
  });

  it("uses the logit scale near 1", () => {
    const labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const { a } = delong({ labels, a: [1, 2, 3, 4, 6, 5, 7, 8, 9, 10] });
    expect(a.value).toBe(0.96);
    expect((a.value ?? 0) + 1.96 * Math.sqrt(a.variance ?? 0)).toBeGreaterThan(1);
    expect(a.high).toBeLessThan(1);
    expect(a.low).toBeGreaterThan(0.5);
  });

  it("compares a model with itself, with a reordered self and with a better one without variance", () => {
    const labels = [0, 0, 1, 1];
    const same = delong({ labels, a: [1, 3, 2, 4], b: [10, 30, 20, 40] }).difference;
    expect(same).toMatchObject({ value: 0, variance: 0, z: 0, p: 1, pGreater: 0.5 });
    const sure = delong({ labels, a: [1, 2, 3, 4], b: [4, 3, 2, 1] }).difference;
    expect(sure).toMatchObject({ value: 1, variance: 0, z: Number.POSITIVE_INFINITY, p: 0, pGreater: 0 });
    const worse = delong({ labels, a: [4, 3, 2, 1], b: [1, 2, 3, 4] }).difference;
    expect(worse).toMatchObject({ value: -1, p: 0, pGreater: 1 });
  });

  it("has no variance with one patient of a class", () => {
    const patients = ["a", "a", "b", "c"];
    expect(delong({ labels: [0, 0, 1, 1], a: [1, 2, 3, 4], patients }).a.variance).toBeNull();
    expect(() => delong({ labels: [0, 1], a: [1, 2], patients: ["a"] })).toThrow(/2 labels for 1 patients/);
  });

  it("has no variance with one case of a class and no value with none", () => {
    expect(delong({ labels: [0, 0, 1], a: [1, 2, 3] }).a).toEqual({
      value: 1,
      low: null,
      high: null,
      variance: null,
    });
    const missing = delong({ labels: [1, 1], a: [1, 2], b: [2, 1] });
    expect(missing.a.value).toBeNull();
    expect(missing.difference).toBeNull();
  });

  it("covers the true AUC about 95 times in 100", () => {
    const random = createRandom(5);
    // Two unit normals 1.5 apart: AUC = Φ(1.5 / √2).
    const truth = 1 - normalTail(1.5 / Math.SQRT2);
    let covered = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const labels = Array.from({ length: 120 }, (_, n) => n % 2);
      const { a } = delong({ labels, a: labels.map((label) => random.normal() + 1.5 * label) });
      if ((a.low ?? 1) <= truth && truth <= (a.high ?? 0)) covered++;
    }
    expect(covered).toBeGreaterThan(920);
    expect(covered).toBeLessThan(975);
  });
});

describe("intervals", () => {
  it.each(references.wilson)("wilson of $successes in $n is scipy's", ({ successes, n, low, high }) => {
    const interval = wilson(successes, n);
    expect(interval.value).toBe(successes / n);
    expect(interval.low).toBeCloseTo(low, 12);
    expect(interval.high).toBeCloseTo(high, 12);
  });

  it("wilson of nothing is undefined", () => {
    expect(wilson(0, 0)).toEqual({ value: null, low: null, high: null });
  });

  it.each(references.normalTail)("P(Z > %d)", (z = Number.NaN, expected = Number.NaN) => {
    expect(normalTail(z) / expected).toBeCloseTo(1, 9);
  });
});

describe("expectedCalibrationError", () => {
  it("puts 1 into the last bin and 0 into the first", () => {
    expect(expectedCalibrationError([1, 0], [1, 0])).toBe(0);
    expect(expectedCalibrationError([0, 1], [1, 0])).toBe(1);
    expect(expectedCalibrationError([1, 0, 1, 1], [0.75, 0.75, 0.75, 0.75], 15)).toBeCloseTo(0, 12);
    expect(expectedCalibrationError([], [])).toBeNull();
  });
});

describe("fitTemperature", () => {
  it("finds the temperature that made the labels", () => {
    const random = createRandom(2);
    // 60 seeds gave 2.5 with a standard deviation of 0.04.
    const logits = Array.from({ length: 20_000 }, () => 4 * random.normal());
    const labels = logits.map((logit) => (random.next() < sigmoid(logit / 2.5) ? 1 : 0));
    expect(fitTemperature(logits, labels)).toBeCloseTo(2.5, 0.5);
  });

  it("is no worse than its neighbours, and stays within its bounds", () => {
    fc.assert(
      fc.property(scored, (cases) => {
        const logits = cases.map((item) => item.score);
        const labels = cases.map((item) => item.label);
        const temperature = fitTemperature(logits, labels);
        expect(temperature).toBeGreaterThanOrEqual(0.05);
        expect(temperature).toBeLessThanOrEqual(20);
        const best = negativeLogLikelihood(logits, labels, temperature);
        for (const factor of [0.5, 0.99, 1.01, 2]) {
          const other = Math.min(20, Math.max(0.05, temperature * factor));
          expect(negativeLogLikelihood(logits, labels, other)).toBeGreaterThanOrEqual(best - 1e-9);
        }
      }),
    );
    expect(fitTemperature([-3, -2, 2, 3], [0, 0, 1, 1])).toBeCloseTo(0.05, 3);
    expect(fitTemperature([-3, -2, 2, 3], [1, 1, 0, 0])).toBeCloseTo(20, 3);
    expect(() => fitTemperature([], [])).toThrow(RangeError);
  });
});

describe("thresholdForSensitivity", () => {
  it("takes the positive that reaches the target", () => {
    const probabilities = [0.9, 0.8, 0.7, 0.6, 0.99, 0.1];
    const labels = [1, 1, 1, 1, 0, 0];
    expect(thresholdForSensitivity(probabilities, labels, 0.75)).toBe(0.7);
    expect(thresholdForSensitivity(probabilities, labels, 0.76)).toBe(0.6);
    expect(thresholdForSensitivity(probabilities, labels, 1)).toBe(0.6);
    // 0.95 · 20 and 0.55 · 20 (11.000000000000002) must be 19 and 11.
    const many = Array.from({ length: 20 }, (_, n) => (20 - n) / 20);
    expect(thresholdForSensitivity(many, new Array(20).fill(1), 0.95)).toBe(2 / 20);
    expect(thresholdForSensitivity(many, new Array(20).fill(1), 0.55)).toBe(10 / 20);
  });

  it("reaches the target, and nothing higher does", () => {
    fc.assert(
      fc.property(scored, fc.double({ min: 0.01, max: 1, noNaN: true }), (cases, target) => {
        const labels = cases.map((item) => item.label);
        const probabilities = cases.map((item) => sigmoid(item.score));
        const threshold = thresholdForSensitivity(probabilities, labels, target);
        const at = (value: number) => sensitivity(confusionMatrix(labels, probabilities, value)) ?? 0;
        expect(at(threshold)).toBeGreaterThanOrEqual(target - 1e-9);
        for (const other of probabilities.filter((probability) => probability > threshold)) {
          expect(at(other)).toBeLessThan(target);
        }
      }),
    );
  });

  it("needs positives and a target", () => {
    expect(() => thresholdForSensitivity([0.5], [0], 0.9)).toThrow(/label 1/);
    expect(() => thresholdForSensitivity([0.5], [1], 0)).toThrow(/target/);
  });
});

describe("bootstrapByPatient", () => {
  const options = { resamples: 2000, seed: 3 };
  const mean = (cases: readonly { value: number }[]) =>
    cases.reduce((sum, item) => sum + item.value, 0) / cases.length;

  it("agrees with the normal interval of a mean of independent cases, and repeats itself", () => {
    const random = createRandom(8);
    const cases = Array.from({ length: 400 }, (_, n) => ({ patientId: `${n}`, value: random.normal() }));
    const interval = bootstrapByPatient(cases, mean, options);
    const value = mean(cases);
    const deviation = Math.sqrt(mean(cases.map((item) => ({ value: (item.value - value) ** 2 }))) / 400);
    expect(interval.value).toBe(value);
    expect(interval.low).toBeCloseTo(value - 1.96 * deviation, 1.8);
    expect(interval.high).toBeCloseTo(value + 1.96 * deviation, 1.8);
    expect(bootstrapByPatient(cases, mean, options)).toEqual(interval);
    expect(bootstrapByPatient(cases, mean, { ...options, seed: 4 })).not.toEqual(interval);
  });

  it("is wider where patients have several images that agree", () => {
    const random = createRandom(8);
    const cases = Array.from({ length: 40 }, (_, n) => {
      const value = random.normal();
      return Array.from({ length: 10 }, () => ({ patientId: `${n}`, value }));
    }).flat();
    const width = (of: { low: number | null; high: number | null }) => (of.high ?? 0) - (of.low ?? 0);
    const byPatient = width(bootstrapByPatient(cases, mean, options));
    const byImage = width(
      bootstrapByPatient(
        cases.map((item, n) => ({ ...item, patientId: `${n}` })),
        mean,
        options,
      ),
    );
    expect(byPatient / byImage).toBeCloseTo(Math.sqrt(10), 0);
  });

  it("leaves out resamples without a value", () => {
    const cases = [{ patientId: "a", value: 1 }];
    expect(bootstrapByPatient(cases, () => null, options)).toEqual({ value: null, low: null, high: null });
    expect(bootstrapByPatient([], () => null, options).value).toBeNull();
    let calls = 0;
    expect(bootstrapByPatient(cases, () => (calls++ === 0 ? 1 : null), options)).toEqual({
      value: 1,
      low: null,
      high: null,
    });
  });
});

describe("evaluateCases", () => {
  const random = createRandom(12);
  const cases = Array.from({ length: 300 }, (_, n) => {
    const label = n % 3 === 0 ? (0 as const) : (1 as const);
    return {
      patientId: `${Math.floor(n / 2)}`,
      label,
      probability: sigmoid(random.normal() + 3 * label - 1.5),
    };
  });

  it("fits its schema and gives every figure an interval around it", () => {
    const metrics = evaluateCases(cases, 0.4);
    expect(evaluationMetricsSchema.parse(metrics)).toEqual(metrics);
    expect(metrics).toMatchObject({ n: 300, patients: 150, positives: 200 });
    const { n, patients, positives, ...figures } = metrics;
    expect(Object.keys(figures)).toHaveLength(7);
    for (const [name, { value, low, high }] of Object.entries(figures)) {
      if (value === null || low === null || high === null) throw new Error(`${name} is null`);
      expect(low, name).toBeLessThanOrEqual(value);
      expect(high, name).toBeGreaterThanOrEqual(value);
      expect(high - low, name).toBeGreaterThan(0.001);
      expect(high - low, name).toBeLessThan(0.2);
    }
    expect(evaluateCases(cases, 0.4)).toEqual(metrics);
  });

  it("widens Wilson's interval where images of a patient agree", () => {
    const doubled = cases.flatMap((item, n) =>
      Array.from({ length: 5 }, () => ({ ...item, patientId: `${n}` })),
    );
    const width = ({ accuracy: { low, high } }: ReturnType<typeof evaluateCases>) => (high ?? 0) - (low ?? 0);
    const independent = wilson((evaluateCases(doubled, 0.4).accuracy.value ?? 0) * 1500, 1500);
    expect(width(evaluateCases(doubled, 0.4))).toBeGreaterThan(
      1.8 * ((independent.high ?? 0) - (independent.low ?? 0)),
    );
  });

  it("gives null for what is undefined", () => {
    const healthy = cases.filter((item) => item.label === 0).map((item) => ({ ...item, probability: 0.1 }));
    const metrics = evaluateCases(healthy, 0.4);
    for (const name of ["auc", "sensitivity", "precision", "f1"] as const) {
      expect(metrics[name], name).toEqual({ value: null, low: null, high: null });
    }
    expect(metrics.specificity.value).toBe(1);
    expect(metrics.specificity.low).toBeLessThan(1);
    expect(evaluateCases([], 0.5)).toMatchObject({ n: 0, auc: { value: null }, ece: { value: null } });
  });
});
