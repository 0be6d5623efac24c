import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "@/lib/random";
import type { CasePrediction } from "@/lib/training/job";
import { type Contender, compareAuc, decide, promotionDecisionSchema } from "./decide";

const quick = { bootstrapResamples: 0 };

function predictions(labels: readonly (0 | 1)[], logits: readonly number[]): CasePrediction[] {
  return labels.map((label, n) => ({
    caseId: `case-${String(n).padStart(4, "0")}`,
    patientId: `patient-${n}`,
    split: "test",
    label,
    logit: logits[n] ?? Number.NaN,
  }));
}

function labelsOf(n: number): (0 | 1)[] {
  return Array.from({ length: n }, (_, at) => (at % 3 === 0 ? 0 : 1));
}

/** A reading of each case: the truth at `strength`, what both models see alike, and the model's own noise. */
function readings(
  random: Random,
  labels: readonly (0 | 1)[],
  strength: number,
  shared: readonly number[],
): number[] {
  return labels.map((label, n) => strength * (label - 0.5) + (shared[n] ?? 0) + 0.7 * random.normal());
}

function contender(items: CasePrediction[], threshold = 0.5): Contender {
  return { predictions: items, temperature: 1, threshold };
}

function pair(championStrength: number, challengerStrength: number, n = 400, seed = 1) {
  const random = createRandom(seed);
  const labels = labelsOf(n);
  const shared = labels.map(() => random.normal());
  const champion = contender(predictions(labels, readings(random, labels, championStrength, shared)));
  const challenger = contender(predictions(labels, readings(random, labels, challengerStrength, shared)));
  return { champion, challenger };
}

describe("decide", () => {
  it("promotes a clearly better challenger, and says why", () => {
    const result = decide(pair(2, 4));
    expect(promotionDecisionSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    expect(result.decision).toBe("promote");
    expect(result.rules.map((rule) => rule.rule)).toEqual(["same-cases", "auc-better", "sensitivity-kept"]);
    expect(result.aucDifference.low).toBeGreaterThan(0);
    expect(result.aucDifference.p).toBeLessThan(0.001);
    expect(result.rules[0]?.detail).toContain("400 held-out images, 266 with pneumonia");
    expect(result.rules[1]?.detail).toMatch(
      /AUC 0\.9\d+ against the champion's 0\.8\d+, one-sided p < 0\.0001: better/,
    );
  });

  it("keeps the champion against a worse, an equal and the same model", () => {
    expect(decide(pair(4, 2), quick).decision).toBe("keep");
    expect(decide(pair(2, 2.02), quick).decision).toBe("keep");
    const { champion } = pair(2, 2);
    const same = decide({ champion, challenger: champion }, quick);
    expect(same.decision).toBe("keep");
    expect(same.aucDifference).toMatchObject({ value: 0, low: 0, high: 0, p: 0.5 });
    expect(same.rules.map((rule) => rule.passed)).toEqual([true, false, true]);
  });

  it("pools the readings under perturbation, and takes those of one patient as one", () => {
    const { champion, challenger } = pair(2, 2, 200);
    const perturbed = (side: Contender, gain: number): Contender => ({
      ...side,
      predictions: side.predictions.map((item) => ({
        ...item,
        perturbedLogits: [item.logit + gain * (item.label - 0.5), item.logit + gain * (item.label - 0.5)],
      })),
    });
    const alike = { champion: perturbed(champion, 0), challenger: perturbed(champion, 0) };
    expect(decide(alike, quick).decision).toBe("keep");
    const better = decide({ champion: perturbed(champion, 0), challenger: perturbed(challenger, 4) }, quick);
    expect(better.aucDifference.readingsPerImage).toBe(3);
    expect(better.rules[1]?.passed).toBe(true);
    expect(better.rules[1]?.detail).toContain("over 3 readings of each image");
    // Repeating a reading adds no evidence.
    const once = compareAuc(champion.predictions, challenger.predictions);
    const thrice = compareAuc(perturbed(champion, 0).predictions, perturbed(challenger, 0).predictions);
    expect(thrice.p).toBeCloseTo(once.p as number, 3);
    const uneven = decide({ champion, challenger: perturbed(challenger, 0) }, quick);
    expect(uneven.rules[0]?.detail).toMatch(/read 1 times by the champion and 3 by the challenger/);
  });

  it("keeps the champion where sensitivity is lost, however good the AUC", () => {
    const { champion, challenger } = pair(2, 4);
    const result = decide({ champion, challenger: { ...challenger, threshold: 0.95 } }, quick);
    expect(result.decision).toBe("keep");
    expect(result.rules.map((rule) => rule.passed)).toEqual([true, true, false]);
    expect(result.rules[2]?.detail).toContain("not within the 0.0100 that may be lost");
    expect(
      decide({ champion, challenger: { ...challenger, threshold: 0.95 } }, { sensitivityMargin: 1 }).decision,
    ).toBe("promote");
  });

  it("allows exactly the margin: 94 of 100 against 95, and not 93", () => {
    const labels = Array.from({ length: 200 }, (_, n): 0 | 1 => (n < 100 ? 1 : 0));
    const calls = (missed: number) =>
      contender(
        predictions(
          labels,
          labels.map((label, n) => (label === 1 && n >= missed ? 2 : -2)),
        ),
      );
    const sensitivityKept = (missed: number) =>
      decide({ champion: calls(5), challenger: calls(missed) }, quick).rules[2]?.passed;
    expect(sensitivityKept(6)).toBe(true);
    expect(sensitivityKept(7)).toBe(false);
  });

  it("applies each side's own temperature and threshold", () => {
    const { champion, challenger } = pair(2, 4);
    const stretched = challenger.predictions.map((item) => ({ ...item, logit: item.logit * 10 }));
    const result = decide(
      { champion, challenger: { ...challenger, predictions: stretched, temperature: 10 } },
      quick,
    );
    expect(result).toEqual(decide({ champion, challenger }, quick));
  });

  it("depends on no order of predictions and on no other split", () => {
    const { champion, challenger } = pair(2, 4, 90);
    const expected = decide({ champion, challenger }, quick);
    const other = predictions([0, 1], [9, -9]).map((item) => ({
      ...item,
      caseId: "other",
      split: "validation" as const,
    }));
    fc.assert(
      fc.property(fc.shuffledSubarray([...challenger.predictions], { minLength: 90 }), (shuffled) => {
        const mixed = { ...challenger, predictions: [...other, ...shuffled] };
        expect(decide({ champion, challenger: mixed }, quick)).toEqual(expected);
      }),
      { numRuns: 10 },
    );
  });

  it.each<[string, (items: CasePrediction[]) => CasePrediction[], RegExp]>([
    ["a case is missing", (items) => items.slice(1), /challenger was not run on case-0000/],
    [
      "a case is extra",
      (items) => [...items, { ...(items[0] as CasePrediction), caseId: "a" }],
      /champion was not run on a,/,
    ],
    ["the last case is missing", (items) => items.slice(0, -1), /challenger was not run on case-0089/],
    [
      "a label differs",
      (items) => items.map((item, n) => (n === 4 ? { ...item, label: 0 } : item)),
      /case-0004 has another/,
    ],
    [
      "a patient differs",
      (items) => items.map((item, n) => (n === 4 ? { ...item, patientId: "x" } : item)),
      /case-0004/,
    ],
    [
      "a logit is NaN",
      (items) => items.map((item, n) => (n === 4 ? { ...item, logit: Number.NaN } : item)),
      /is NaN/,
    ],
    ["nothing was run", () => [], /not run on case-0000/],
  ])("compares nothing where %s", (_, change, detail) => {
    const { champion, challenger } = pair(2, 6, 90);
    const changed = { ...challenger, predictions: change([...challenger.predictions]) };
    const result = decide({ champion, challenger: changed }, quick);
    expect(result.decision).toBe("keep");
    expect(result.rules[0]).toMatchObject({
      rule: "same-cases",
      passed: false,
      detail: expect.stringMatching(detail),
    });
    expect(result.rules[1]?.passed).toBe(false);
    expect(result.aucDifference.value).toBeNull();
  });

  it("compares nothing on doubled cases, no cases and one class", () => {
    const { champion, challenger } = pair(2, 6, 90);
    const twice = (side: Contender) => ({
      ...side,
      predictions: side.predictions.flatMap((item) => [item, item]),
    });
    const first = (sides: { champion: Contender; challenger: Contender }) => decide(sides, quick).rules[0];
    expect(first({ champion: twice(champion), challenger: twice(challenger) })?.detail).toMatch(
      /counted twice/,
    );
    const none = contender([]);
    expect(first({ champion: none, challenger: none })?.detail).toMatch(/no held-out images/);
    const ill = contender(predictions([1, 1], [1, 2]));
    expect(first({ champion: ill, challenger: ill })?.detail).toMatch(/class NORMAL/);
  });

  it("does not let a handful of cases decide where the variance is zero", () => {
    const sure = (each: number) => {
      const labels = Array.from({ length: 2 * each }, (_, n): 0 | 1 => (n < each ? 0 : 1));
      const champion = contender(
        predictions(
          labels,
          labels.map(() => 0.1),
        ),
      );
      const challenger = contender(
        predictions(
          labels,
          labels.map((label) => label * 2 - 1),
        ),
      );
      return decide({ champion, challenger }, quick);
    };
    // 1 / C(6, 3) = 0.05 and 1 / C(8, 4) = 1/70
    expect(sure(3).aucDifference.p).toBeCloseTo(0.05, 12);
    expect(sure(3).decision).toBe("keep");
    expect(sure(4).aucDifference.p).toBeCloseTo(1 / 70, 12);
    expect(sure(4).decision).toBe("promote");
  });
});

describe("the rate of promotions", () => {
  /** How many of `trials` comparisons pass the AUC rule. */
  function rate(championStrength: number, challengerStrength: number, n: number, trials: number): number {
    let promoted = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { champion, challenger } = pair(championStrength, challengerStrength, n, 1000 + trial);
      const { value, p } = compareAuc(champion.predictions, challenger.predictions);
      if (value !== null && p !== null && value > 0 && p < 0.05) promoted++;
    }
    return promoted / trials;
  }

  it("is about 5 % for equal models", () => {
    // 3,000 trials: standard error 0.004
    const equal = rate(3, 3, 150, 3000);
    expect(equal).toBeGreaterThan(0.035);
    expect(equal).toBeLessThan(0.065);
    expect(rate(5, 5, 150, 1500)).toBeLessThan(0.065);
  });

  it("stays there where patients have three images that agree, which single images would inflate", () => {
    const byPatient = { inflated: 0, grouped: 0 };
    for (let trial = 0; trial < 1000; trial++) {
      const { champion, challenger } = pair(3, 3, 60, 5000 + trial);
      const tripled = (side: Contender) =>
        [0, 1, 2].flatMap((copy) =>
          side.predictions.map((item) => ({ ...item, caseId: `${item.caseId}-${copy}` })),
        );
      const alone = (items: CasePrediction[]) => items.map((item) => ({ ...item, patientId: item.caseId }));
      const [before, after] = [tripled(champion), tripled(challenger)];
      if ((compareAuc(before, after).p ?? 1) < 0.05) byPatient.grouped++;
      if ((compareAuc(alone(before), alone(after)).p ?? 1) < 0.05) byPatient.inflated++;
    }
    expect(byPatient.grouped / 1000).toBeLessThan(0.075);
    expect(byPatient.inflated / 1000).toBeGreaterThan(0.12);
  });

  it("is high for a better model and low for a worse one", () => {
    expect(rate(2, 3, 400, 100)).toBeGreaterThan(0.95);
    expect(rate(3, 2.8, 400, 300)).toBeLessThan(0.02);
  });
});
