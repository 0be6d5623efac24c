import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import {
  chiSquaredQuantile,
  kolmogorovSmirnovOfHistograms,
  kolmogorovTail,
  measureHistogramDrift,
  populationStabilityIndex,
} from "./histogram-drift";

const expected = [5, 9, 14, 21, 30, 41, 50, 60, 71, 80, 88, 91, 90, 84, 75, 66, 52, 40, 22, 11];
const observed = [1, 2, 5, 8, 9, 15, 18, 22, 25, 30, 38, 42, 50, 52, 49, 48, 40, 33, 20, 13];

const histogram = fc
  .array(fc.nat(500), { minLength: 20, maxLength: 20 })
  .filter((counts) => counts.some((count) => count > 0));

describe("golden: scipy 1.17.1, with e and o as above", () => {
  it("PSI: p=(e+.5)/(sum(e)+10); q likewise; stats.entropy(p,q)+stats.entropy(q,p)", () => {
    expect(populationStabilityIndex(expected, observed)).toBeCloseTo(0.10551212993558323, 12);
  });

  it("KS: stats.ks_2samp(np.repeat(range(20),e), np.repeat(range(20),o)); special.kolmogorov(sqrt(nm/(n+m))*D)", () => {
    const drift = measureHistogramDrift(expected, observed);
    expect(drift.ks).toBeCloseTo(0.14653846153846162, 14);
    expect(drift.ksP).toBeCloseTo(8.321428415361511e-7, 14);
    expect(drift).toMatchObject({ expected: 1000, observed: 520 });
  });

  it.each([
    [0.2, 0.999999999999495],
    [0.5, 0.9639452436648751],
    [0.9, 0.3927307079406543],
    [1, 0.26999967167735456],
    [1.1, 0.1777181926064012],
    [1.5, 0.022217962616525127],
    [2.5, 7.453306344157342e-6],
  ])("special.kolmogorov(%d)", (x, tail) => {
    expect(kolmogorovTail(x)).toBeCloseTo(tail, 11);
  });

  it.each([
    [9, 27.877164871256568],
    [19, 43.82019596451753],
    [40, 73.40195751899103],
  ])("stats.chi2.ppf(.999, %i), within 1 %", (freedom, quantile) => {
    expect(Math.abs(chiSquaredQuantile(0.999, freedom) / quantile - 1)).toBeLessThan(0.01);
  });
});

describe("both measures", () => {
  it("are zero for the same shares and never negative", () => {
    fc.assert(
      fc.property(histogram, histogram, (a, b) => {
        expect(populationStabilityIndex(a, a)).toBe(0);
        expect(kolmogorovSmirnovOfHistograms(a, a)).toBe(0);
        expect(populationStabilityIndex(a, b)).toBeGreaterThanOrEqual(0);
        const ks = kolmogorovSmirnovOfHistograms(a, b);
        expect(ks).toBeGreaterThanOrEqual(0);
        expect(ks).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it("do not depend on which histogram is the reference", () => {
    fc.assert(
      fc.property(histogram, histogram, (a, b) => {
        expect(populationStabilityIndex(a, b)).toBeCloseTo(populationStabilityIndex(b, a), 10);
        expect(kolmogorovSmirnovOfHistograms(a, b)).toBeCloseTo(kolmogorovSmirnovOfHistograms(b, a), 12);
      }),
    );
  });

  it("PSI does not depend on the order of the bins, KS does not on how often all is counted", () => {
    fc.assert(
      fc.property(histogram, histogram, fc.integer({ min: 2, max: 9 }), (a, b, times) => {
        expect(populationStabilityIndex(a.toReversed(), b.toReversed())).toBeCloseTo(
          populationStabilityIndex(a, b),
          10,
        );
        const more = b.map((count) => count * times);
        expect(kolmogorovSmirnovOfHistograms(a, more)).toBeCloseTo(kolmogorovSmirnovOfHistograms(a, b), 12);
      }),
    );
  });

  it("are largest where nothing overlaps", () => {
    const low = [100, 100, 0, 0];
    expect(kolmogorovSmirnovOfHistograms(low, low.toReversed())).toBe(1);
    expect(populationStabilityIndex(low, low.toReversed())).toBeGreaterThan(4);
  });

  it("seldom call two samples of one distribution drifted", () => {
    const random = createRandom(7);
    const sample = () =>
      Array.from({ length: 200 }, () => random.int(20)).reduce(
        (counts, bin) => counts.with(bin, (counts[bin] ?? 0) + 1),
        new Array<number>(20).fill(0),
      );
    const drifts = Array.from({ length: 1000 }, () => measureHistogramDrift(sample(), sample()));
    expect(drifts.filter(({ psi, psiByChance }) => psi > psiByChance).length).toBeLessThanOrEqual(6);
    expect(drifts.filter(({ ksP }) => ksP < 0.05).length).toBeLessThanOrEqual(60);
  });

  it.each([
    [[1, 2], [1]],
    [[1], [1]],
    [
      [0, 0],
      [1, 2],
    ],
    [
      [1, 2],
      [0, 0],
    ],
  ])("refuse %j against %j", (a, b) => {
    expect(() => measureHistogramDrift(a, b)).toThrow(RangeError);
  });
});
