import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "@/lib/random";
import type { CasePrediction } from "@/lib/training/job";
import { type Contender, type DecideOptions, decide as decideAmong, promotionDecisionSchema } from "./decide";
import { compareAuc } from "./figures";
import { defaultPolicy, type PromotionPolicy } from "./policy";

const quick = { bootstrapResamples: 0 };
const integrity = { passed: true, detail: "The weights are stored whole." };
const parity = { passed: true, detail: "Both backends agree." };

type Sides = { champion: Contender; challenger: Contender; reference?: Contender };

/** By the default policy at one look's 5 %, with what the comparison does not ask about in order. */
function decide({ champion, challenger, reference }: Sides, options: Partial<DecideOptions> = {}) {
  return decideAmong(
    { champion, challenger, reference: reference ?? "is-champion" },
    { level: 0.05, checks: { integrity, parity }, refusedHeldOut: { refused: 0, images: 100 }, ...options },
  );
}

function policyWith(changes: Partial<PromotionPolicy>): PromotionPolicy {
  return { ...defaultPolicy, ...changes };
}

function ruleOf(result: ReturnType<typeof decide>, name: string) {
  const found = result.rules.find((rule) => rule.rule === name);
  if (!found) throw new Error(`no rule ${name} in ${result.rules.map((rule) => rule.rule)}`);
  return found;
}

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
    expect(result.rules.map((rule) => [rule.rule, rule.status])).toEqual([
      ["same-cases", "passed"],
      ["something-new", "passed"],
      ["integrity", "passed"],
      ["parity", "passed"],
      ["sensitivity-kept", "passed"],
      ["sensitivity-kept-since-reference", "passed"],
      ["auc-better", "passed"],
      ["calibrated", "passed"],
      ["subgroup-floor", "insufficient"],
      ["subgroup-floor", "insufficient"],
      ["refusal-rate", "passed"],
    ]);
    expect(result.aucDifference.low).toBeGreaterThan(0);
    expect(result.aucDifference.p).toBeLessThan(0.001);
    expect(result.rules[0]?.detail).toContain("400 held-out images, 266 with pneumonia");
    expect(ruleOf(result, "auc-better").detail).toMatch(
      /AUC 0\.9\d+ against the champion's 0\.8\d+, one-sided p = \d\.\de-\d+: better/,
    );
  });

  it("keeps the champion against a worse, an equal and the same model", () => {
    expect(decide(pair(4, 2), quick).decision).toBe("keep");
    expect(decide(pair(2, 2.02), quick).decision).toBe("keep");
    const { champion } = pair(2, 2);
    const same = decide({ champion, challenger: champion }, quick);
    expect(same.decision).toBe("keep");
    expect(same.aucDifference).toMatchObject({ value: 0, low: 0, high: 0, p: 0.5 });
    expect(same.rules.filter((rule) => rule.blocks).map((rule) => rule.rule)).toEqual(["auc-better"]);
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
    expect(ruleOf(better, "auc-better").passed).toBe(true);
    expect(ruleOf(better, "auc-better").detail).toContain("over 3 readings of each image");
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
    expect(ruleOf(result, "auc-better").passed).toBe(true);
    expect(ruleOf(result, "sensitivity-kept")).toMatchObject({ status: "failed", blocks: true });
    expect(ruleOf(result, "sensitivity-kept").detail).toContain("not within the 0.0200 that may be lost");
    const lax = policyWith({
      sensitivity: { ...defaultPolicy.sensitivity, margin: 1 },
      calibration: { measure: "ece", margin: 1 },
    });
    const threshold = { ...challenger, threshold: 0.95 };
    expect(decide({ champion, challenger: threshold }, { ...quick, policy: lax }).decision).toBe("promote");
  });

  it("asks the bound and not the point: no loss in 20 patients says little, in 200 enough", () => {
    const kept = (each: number, missed: number) => {
      const labels = Array.from({ length: 2 * each }, (_, n): 0 | 1 => (n < each ? 1 : 0));
      const calls = (missed: number) =>
        contender(
          predictions(
            labels,
            labels.map((label, n) => (label === 1 && n >= missed ? 2 : -2)),
          ),
        );
      return ruleOf(decide({ champion: calls(5), challenger: calls(missed) }, quick), "sensitivity-kept")
        .passed;
    };
    expect([kept(20, 5), kept(200, 5), kept(200, 4), kept(200, 8), kept(200, 9)]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it("holds the challenger against the frozen reference as well", () => {
    const { champion, challenger } = pair(2, 4);
    const sharp = { ...pair(2, 4, 400, 1).challenger, threshold: 0.02 };
    const result = decide(
      { champion, challenger: { ...challenger, threshold: 0.6 }, reference: sharp },
      quick,
    );
    expect(ruleOf(result, "sensitivity-kept-since-reference")).toMatchObject({
      status: "failed",
      blocks: true,
    });
    expect(result.decision).toBe("keep");
    const missing = decide({ champion, challenger, reference: contender([]) }, quick);
    expect(missing.rules[0]?.detail).toMatch(/reference was not run on case-0000/);
  });

  it("says insufficient of a subgroup with too few cases, which never passes and blocks where the policy says so", () => {
    const named = (side: Contender, name: (n: number) => string): Contender => ({
      ...side,
      predictions: side.predictions.map((item, n) => ({ ...item, caseId: `${item.caseId}-${name(n)}` })),
    });
    const both = pair(2, 5);
    const sidesWith = (name: (n: number) => string) => ({
      champion: named(both.champion, name),
      challenger: named(both.challenger, name),
    });
    const few = sidesWith((n) => (n < 40 ? "virus" : "BACTERIA"));
    const reported = decide(few, quick);
    const groups = reported.rules.filter((rule) => rule.rule === "subgroup-floor");
    expect(groups.map((rule) => [rule.status, rule.passed, rule.blocks])).toEqual([
      ["passed", true, false],
      ["insufficient", false, false],
    ]);
    expect(groups[1]?.detail).toMatch(/Too few patients with virus \(26 of at least 30\)/);
    expect(reported.decision).toBe("promote");
    const blocking = policyWith({ whenInsufficient: "block" });
    expect(decide(few, { ...quick, policy: blocking }).decision).toBe("keep");
    const steep = {
      ...defaultPolicy.subgroups[0],
      sensitivityFloor: 1,
    } as (typeof defaultPolicy.subgroups)[0];
    const failed = decide(few, { ...quick, policy: policyWith({ subgroups: [steep] }) });
    expect(ruleOf(failed, "subgroup-floor")).toMatchObject({ status: "failed", blocks: true });
  });

  it("needs the checks that the policy requires, and nothing promotes without something new", () => {
    const sides = pair(2, 4);
    expect(decide(sides, { ...quick, checks: {} }).decision).toBe("keep");
    const damaged = { integrity: { passed: false, detail: "The weights are damaged." } };
    expect(ruleOf(decide(sides, { ...quick, checks: damaged }), "integrity").status).toBe("failed");
    const nobody = decide(sides, { ...quick, checks: { integrity } });
    expect(ruleOf(nobody, "parity")).toMatchObject({ status: "insufficient", blocks: true });
    const optional = policyWith({ requiredChecks: ["integrity"] });
    expect(decide(sides, { ...quick, checks: { integrity }, policy: optional }).decision).toBe("promote");
    const old = decide(sides, { ...quick, nothingNew: "Compared before." });
    expect(old.rules.at(-1)).toMatchObject({
      rule: "something-new",
      detail: "Compared before.",
      blocks: true,
    });
    expect(old).toMatchObject({ decision: "keep", aucDifference: { p: null } });
  });

  it("keeps out a challenger that refuses more than 2 % of held-out radiographs", () => {
    const refusing = (refused: number, images: number) =>
      ruleOf(decide(pair(2, 4), { ...quick, refusedHeldOut: { refused, images } }), "refusal-rate");
    expect(refusing(2, 100)).toMatchObject({ status: "passed" });
    expect(refusing(3, 100)).toMatchObject({ status: "failed", blocks: true });
    expect(refusing(3, 100).detail).toContain("3 of 100 held-out radiographs, 3 %: more than the 2 %");
    expect(refusing(0, 0)).toMatchObject({ status: "insufficient", passed: false, blocks: false });
  });

  it("keeps a challenger out whose probabilities are worse, by either measure", () => {
    const { champion, challenger } = pair(2, 4);
    const sure = { ...challenger, temperature: 0.02 };
    for (const measure of ["brier", "ece"] as const) {
      const policy = policyWith({ calibration: { measure, margin: 0.001 } });
      const result = decide({ champion, challenger: sure }, { ...quick, policy });
      expect(ruleOf(result, "calibrated").values.after).not.toBeNull();
    }
    const inverted = {
      ...champion,
      predictions: champion.predictions.map((item) => ({ ...item, logit: -item.logit })),
    };
    expect(ruleOf(decide({ champion, challenger: inverted }, quick), "calibrated").status).toBe("failed");
  });

  it("tests errors by patients, and either test at half of the level", () => {
    const { champion, challenger } = pair(2, 4);
    const by = (test: PromotionPolicy["superiority"]["test"], level: number) =>
      decide({ champion, challenger }, { ...quick, level, policy: policyWith({ superiority: { test } }) });
    const errors = ruleOf(by("errors", 0.05), "fewer-errors");
    expect(errors).toMatchObject({ status: "passed", values: { gains: expect.any(Number) } });
    const p = errors.values.p as number;
    expect(ruleOf(by("errors", p), "fewer-errors").passed).toBe(false);
    const weaker = ruleOf(by("auc", 0.05), "auc-better").values.p as number;
    expect(weaker).toBeGreaterThan(p);
    expect(by("either", 2.1 * weaker).rules.filter((rule) => rule.passed)).toHaveLength(10);
    const one = by("either", 1.9 * weaker);
    expect(ruleOf(one, "auc-better")).toMatchObject({ passed: false, blocks: false });
    expect(one.decision).toBe("promote");
    expect(by("either", 1.9 * p).decision).toBe("keep");
    expect(by("either", 0).decision).toBe("keep");
  });

  it("asks for a review instead, or only for accuracy, where the policy's mode says so", () => {
    const sides = pair(2, 4);
    expect(decide(sides, { ...quick, policy: policyWith({ mode: "review" }) }).decision).toBe("review");
    const worse = pair(4, 2);
    expect(decide(worse, { ...quick, policy: policyWith({ mode: "review" }) }).decision).toBe("keep");
    const plain = { ...quick, level: 0, checks: {}, policy: policyWith({ mode: "plain-accuracy" }) };
    expect(decide(sides, plain).decision).toBe("promote");
    expect(decide(worse, plain).decision).toBe("keep");
    const { champion } = sides;
    expect(decide({ champion, challenger: champion }, plain).decision).toBe("keep");
    expect(decide(sides, plain).rules.at(-1)?.detail).toMatch(/Accuracy 0\.\d+ against .*: higher/);
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
    expect(ruleOf(sure(4), "auc-better").passed).toBe(true);
    // Four patients say nothing about sensitivity.
    expect(ruleOf(sure(4), "sensitivity-kept").passed).toBe(false);
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
