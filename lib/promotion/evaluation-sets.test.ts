import { describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import { type CasePrediction, comparisonConditions } from "@/lib/training/job";
import { type Contender, type DecideOptions, decide, type SetPredictions } from "./decide";
import { pairedDelong } from "./figures";
import { defaultPolicy, type EvaluationSetRule, type PromotionPolicy, parsePolicy } from "./policy";

const good = { passed: true, detail: "As it should be." };
const site: EvaluationSetRule = {
  name: "other site",
  sensitivityMargin: 0.05,
  aucMargin: 0.02,
  minPatientsPerClass: 20,
  required: true,
  weight: 0,
};

function readings(prefix: string, n: number, strength: number, seed: number): CasePrediction[] {
  // What a case looks like is the same for both models; their own noise is not.
  const shared = createRandom(prefix.length);
  const own = createRandom(seed);
  return Array.from({ length: n }, (_, i) => {
    const label = i % 2 === 0 ? 1 : 0;
    const read = () => strength * (2 * label - 1) + 1.2 * shared.normal() + 0.4 * own.normal();
    const logit = read();
    return {
      caseId: `${prefix}-${String(i).padStart(4, "0")}`,
      patientId: `${prefix} patient ${i}`,
      split: "test",
      label,
      logit,
      perturbedLogits: comparisonConditions.map(read),
    };
  });
}

const contender = (predictions: CasePrediction[]): Contender => ({
  predictions,
  temperature: 1,
  threshold: 0.3,
});
const better = {
  champion: contender(readings("held", 400, 0.9, 1)),
  challenger: contender(readings("held", 400, 1.8, 2)),
  reference: "is-champion" as const,
};
const onSite = (champion: number, challenger: number, n = 400): SetPredictions => ({
  name: site.name,
  champion: readings(site.name, n, champion, 3),
  challenger: readings(site.name, n, challenger, 4).reverse(),
});

function decided(sets: SetPredictions[], rules: EvaluationSetRule[], options: Partial<DecideOptions> = {}) {
  const policy: PromotionPolicy = { ...defaultPolicy, evaluationSets: rules };
  return decide(better, {
    policy,
    level: 0.01,
    checks: { integrity: good, parity: good },
    refusedHeldOut: { refused: 0, images: 400 },
    evaluationSets: sets,
    bootstrapResamples: 0,
    ...options,
  });
}
const rulesOf = (decision: ReturnType<typeof decided>, prefix: string) =>
  decision.rules.filter(({ rule }) => rule.startsWith(prefix)).map(({ status, blocks }) => [status, blocks]);

describe("a set that the policy names", () => {
  it("lets a challenger pass that keeps sensitivity and AUC there, and reports both sides", () => {
    const result = decided([onSite(1, 1.6)], [site]);
    expect(result.decision).toBe("promote");
    expect(rulesOf(result, "set-")).toEqual([
      ["passed", false],
      ["passed", false],
    ]);
    const [reported] = result.evaluationSets;
    expect(reported?.challenger.auc.value).toBeGreaterThan(reported?.champion.auc.value ?? 1);
    expect(reported?.champion.n).toBe(400);
  });

  it("keeps the champion where the challenger is worse there, whatever it gained elsewhere", () => {
    const result = decided([onSite(1.6, 0.9)], [site]);
    expect(result.decision).toBe("keep");
    expect(result.rules.filter((rule) => rule.blocks).map((rule) => rule.rule)).toContain("set-auc-kept");
    expect(result.rules.find(({ rule }) => rule === "auc-better")?.passed).toBe(true);
    expect(decided([onSite(1.6, 0.9)], []).decision).toBe("promote");
  });

  it("is insufficient where it is missing, too small or was not read by both, and never passes", () => {
    const unread = { ...onSite(1, 1.6), challenger: onSite(1, 1.6).challenger.slice(1) };
    for (const sets of [[], [onSite(1, 1.6, 38)], [{ ...onSite(1, 1.6), name: "another" }], [unread]]) {
      const waiting = decided(sets, [site]);
      expect(rulesOf(waiting, "set-")).toEqual([
        ["insufficient", true],
        ["insufficient", true],
      ]);
      expect(waiting.decision).toBe("keep");
      const optional = decided(sets, [{ ...site, required: false }]);
      expect(rulesOf(optional, "set-")).toEqual([
        ["insufficient", false],
        ["insufficient", false],
      ]);
      expect(optional.decision).toBe("promote");
    }
    expect(
      rulesOf(decided([onSite(1, 1.6, 40)], [{ ...site, sensitivityMargin: 1, aucMargin: 1 }]), "set-"),
    ).toEqual([
      ["passed", false],
      ["passed", false],
    ]);
  });

  it("may be the held-out images under a condition, which nobody registers", () => {
    const name = `held-out: ${comparisonConditions[5]}`;
    const probe = { ...site, name };
    expect(decided([], [probe]).decision).toBe("promote");
    const fooled = better.challenger.predictions.map((item) => ({
      ...item,
      perturbedLogits: item.perturbedLogits?.map((logit, at) => (at === 5 ? -logit : logit)) ?? [],
    }));
    const challenger = { ...better.challenger, predictions: fooled };
    const policy = { ...defaultPolicy, evaluationSets: [probe], superiority: { test: "errors" as const } };
    const options = { policy, level: 0.01, checks: { integrity: good, parity: good }, bootstrapResamples: 0 };
    const blocking = decide({ ...better, challenger }, options).rules.filter((rule) => rule.blocks);
    expect(blocking.map(({ rule }) => rule)).toEqual(["set-sensitivity-kept", "set-auc-kept"]);
    const plain = better.champion.predictions.map(({ perturbedLogits: _, ...item }) => item);
    const unread = decide({ ...better, champion: contender(plain), challenger: contender(plain) }, options);
    expect(unread.rules.find(({ rule }) => rule === "set-auc-kept")?.status).toBe("insufficient");
  });

  it("can only make promotion harder: what it lets pass, passes without it", () => {
    const outcomes = [0.6, 0.8, 1, 1.2, 1.5].flatMap((strength) =>
      [0.001, 0.1, 1].map((margin) => {
        const set = onSite(1, strength);
        const rule = { ...site, sensitivityMargin: margin, aucMargin: margin };
        return [decided([set], [rule]).decision, decided([set], []).decision];
      }),
    );
    expect(outcomes.filter(([with_, without]) => with_ === "promote" && without !== "promote")).toEqual([]);
    expect(new Set(outcomes.map(([with_]) => with_))).toEqual(new Set(["keep", "promote"]));
  });
});

describe("a set with a weight", () => {
  const weighed = { ...site, weight: 3 };

  it("counts in auc-better by its share, variances added as of other patients", () => {
    const set = onSite(1, 1.6);
    const heldOut = pairedDelong(better.champion.predictions, better.challenger.predictions).difference;
    const there = pairedDelong(set.champion, [...set.challenger].reverse()).difference;
    if (!heldOut || !there) throw new Error("no difference");
    const rule = decided([set], [weighed]).rules.find((each) => each.rule === "auc-better");
    expect(rule?.values.difference).toBeCloseTo((heldOut.value + 3 * there.value) / 4, 12);
    expect(rule?.detail).toContain("75 % other site");
    expect(rule?.values.heldOutDifference).toBeCloseTo(heldOut.value, 12);
    expect(rule?.passed).toBe(true);
  });

  it("makes the test unknown where it cannot be read, which blocks although it is not required", () => {
    const result = decided([], [{ ...weighed, required: false }]);
    expect(rulesOf(result, "auc-better")).toEqual([["insufficient", true]]);
    expect(result.decision).toBe("keep");
  });

  it("passes equal models no more often than the level says", () => {
    const trials = 300;
    let passed = 0;
    for (let trial = 0; trial < trials; trial++) {
      const random = createRandom(trial);
      const equal = (prefix: string, n: number) => {
        const truth = readings(prefix, n, 1, 0);
        const noisy = () =>
          truth.map((item) => ({ ...item, perturbedLogits: [], logit: item.logit + random.normal() }));
        return { champion: noisy(), challenger: noisy() };
      };
      const held = equal("held", 80);
      const sides = { champion: contender(held.champion), challenger: contender(held.challenger) };
      const result = decide(
        { ...sides, reference: "is-champion" },
        {
          policy: { ...defaultPolicy, subgroups: [], evaluationSets: [weighed] },
          level: 0.1,
          evaluationSets: [{ name: site.name, ...equal("site", 60) }],
          bootstrapResamples: 0,
        },
      );
      if (result.rules.find(({ rule }) => rule === "auc-better")?.passed) passed++;
    }
    // 30 expected; 3 standard deviations above is 46.
    expect(passed).toBeLessThan(46);
    expect(passed).toBeGreaterThan(10);
  });
});

describe("the policy document", () => {
  const document = (sets: unknown) => JSON.stringify({ ...defaultPolicy, evaluationSets: sets });

  it("is refused where it names an unknown condition, weighs held-out images twice or names a set twice", () => {
    const parse = (sets: unknown) => () => parsePolicy(document(sets), "policy.json");
    expect(parse([{ ...site, name: "held-out: upside down" }])).toThrow(/no condition like that/);
    expect(parse([{ ...site, name: "held-out: gamma 1.6", weight: 1 }])).toThrow(
      /count in auc-better already/,
    );
    expect(parse([site, site])).toThrow(/named twice/);
    expect(parsePolicy(document([site]), "policy.json").evaluationSets).toEqual([site]);
  });

  it("need not know of evaluation sets, refusals and parity", () => {
    const { evaluationSets: _, refusal: __, parity: ___, ...before } = defaultPolicy;
    expect(parsePolicy(JSON.stringify(before), "old.json")).toEqual(defaultPolicy);
  });
});
