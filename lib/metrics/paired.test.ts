import fc from "fast-check";
import { describe, expect, it } from "vitest";
import references from "./__fixtures__/paired-references.json";
import { brier } from "./calibration";
import { mcnemarExact } from "./mcnemar";
import { type PatientCalls, pairedSensitivity } from "./paired-sensitivity";
import { subgroupSensitivity } from "./subgroup-sensitivity";

describe("mcnemarExact", () => {
  it.each(references.mcnemar)("of $gains against $losses is scipy's binomial test", (reference) => {
    const { p, pGreater } = mcnemarExact(reference.gains, reference.losses);
    expect(Math.abs(p / reference.p - 1)).toBeLessThan(1e-10);
    expect(Math.abs(pGreater / reference.pGreater - 1)).toBeLessThan(1e-10);
  });

  it("has tails that overlap in the middle term only, and falls as gains grow", () => {
    const counts = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(counts, counts, (gains, losses) => {
        const one = mcnemarExact(gains, losses);
        expect(one.p).toBeCloseTo(mcnemarExact(losses, gains).p, 12);
        expect(mcnemarExact(gains + 1, losses).pGreater).toBeLessThan(one.pGreater + 1e-12);
        expect(one.pGreater + mcnemarExact(losses, gains).pGreater).toBeGreaterThanOrEqual(1 - 1e-12);
      }),
    );
  });

  it("refuses what is no count", () => {
    expect(() => mcnemarExact(-1, 2)).toThrow(/whole counts/);
    expect(() => mcnemarExact(1, 0.5)).toThrow(/0\.5/);
  });
});

it("brier is scikit-learn's, and a quarter for a coin", () => {
  const { labels, probabilities, value } = references.brier;
  expect(brier(labels, probabilities)).toBeCloseTo(value, 12);
  expect(brier([0, 1], [0.5, 0.5])).toBe(0.25);
});

describe("pairedSensitivity", () => {
  it.each(references.paired)("agrees with numpy on its definition ($value)", (reference) => {
    const { value, low, high } = pairedSensitivity(reference.patients, reference.quantile);
    expect(value).toBeCloseTo(reference.value, 12);
    expect(low).toBeCloseTo(Math.max(-1, reference.low), 12);
    expect(high).toBeCloseTo(Math.min(1, reference.high), 12);
  });

  it("does not collapse where the two never differ, and narrows with patients", () => {
    const alike = (patients: number) =>
      pairedSensitivity(
        Array.from({ length: patients }, () => ({ positives: 1, calledByA: 1, calledByB: 1 })),
        1.645,
      ).low;
    expect(alike(10)).toBeLessThan(-0.1);
    expect(alike(250)).toBeGreaterThan(-0.02);
    expect(pairedSensitivity([])).toEqual({ value: null, low: null, high: null, patients: 0 });
  });

  it("is wider where a patient's images agree, than over as many patients", () => {
    const calls = (copies: number, patients: number): PatientCalls[] =>
      Array.from({ length: patients }, (_, n) => ({
        positives: copies,
        calledByA: n % 5 === 0 ? 0 : copies,
        calledByB: n % 7 === 0 ? 0 : copies,
      }));
    const width = ({ low, high }: { low: number | null; high: number | null }) => (high ?? 0) - (low ?? 0);
    expect(width(pairedSensitivity(calls(3, 70)))).toBeGreaterThan(
      1.5 * width(pairedSensitivity(calls(1, 210))),
    );
  });

  it("covers a true difference of zero about as often as it says", () => {
    let covered = 0;
    let seed = 1;
    const uniform = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    for (let trial = 0; trial < 2000; trial++) {
      const patients = Array.from({ length: 120 }, () => {
        const hard = uniform() < 0.3;
        const call = () => (uniform() < (hard ? 0.6 : 0.99) ? 1 : 0);
        return { positives: 2, calledByA: call() + call(), calledByB: call() + call() };
      });
      if ((pairedSensitivity(patients, 1.645).low as number) <= 0) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.935);
    expect(covered / 2000).toBeLessThan(0.975);
  });
});

it("subgroupSensitivity counts the positives of the subgroup alone", () => {
  const cases = [
    { patientId: "1", label: 1 as const, probability: 0.9, kind: "virus" },
    { patientId: "1", label: 1 as const, probability: 0.4, kind: "virus" },
    { patientId: "2", label: 0 as const, probability: 0.9, kind: "virus" },
    { patientId: "3", label: 1 as const, probability: 0.9, kind: "bacteria" },
  ];
  const { images, patients, sensitivity } = subgroupSensitivity(cases, 0.5, (item) => item.kind === "virus");
  expect({ images, patients, value: sensitivity.value }).toEqual({ images: 2, patients: 1, value: 0.5 });
  expect(subgroupSensitivity(cases, 0.5, () => false).sensitivity.value).toBeNull();
});
