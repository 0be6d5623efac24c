import { z } from "zod";
import { mcnemarExact } from "@/lib/metrics/mcnemar";
import type { ComparisonFigures, EvaluationSetFigures, SensitivityComparison } from "./figures";
import type { EvaluationSetRule, PromotionPolicy } from "./policy";

export const ruleNames = [
  "same-cases",
  "something-new",
  "integrity",
  "parity",
  "sensitivity-kept",
  "sensitivity-kept-since-reference",
  "auc-better",
  "fewer-errors",
  "calibrated",
  "subgroup-floor",
  "set-sensitivity-kept",
  "set-auc-kept",
  "refusal-rate",
  "accuracy-higher",
] as const;

export const ruleResultSchema = z.strictObject({
  rule: z.enum(ruleNames),
  status: z
    .enum(["passed", "failed", "insufficient"])
    .describe("insufficient: nothing can be said; it never counts as passed"),
  passed: z.boolean().describe("status is passed"),
  blocks: z.boolean().describe("whether the champion is kept because of it"),
  detail: z.string().describe("one sentence with the figures"),
  values: z.record(z.string(), z.number().nullable()),
});
export type RuleResult = z.infer<typeof ruleResultSchema>;

/** What was found out about the challenger besides its readings. `passed` is null where nobody looked. */
export interface CheckResult {
  passed: boolean | null;
  detail: string;
}
export type Checks = Partial<Record<"integrity" | "parity", CheckResult>>;

/** Held-out radiographs that the challenger refuses to read. */
export interface RefusedHeldOut {
  refused: number;
  images: number;
}

/** A rule that must pass. */
export function mustPass(
  rule: RuleResult["rule"],
  passed: boolean,
  detail: string,
  values: RuleResult["values"] = {},
): RuleResult {
  return { rule, status: passed ? "passed" : "failed", passed, blocks: !passed, detail, values };
}

/** The policy's rules on a comparison, in their order; a challenger passes where none of them blocks. */
export function applyRules(
  figures: ComparisonFigures,
  policy: PromotionPolicy,
  { level, checks = {}, refusedHeldOut }: { level: number; checks?: Checks; refusedHeldOut?: RefusedHeldOut },
): RuleResult[] {
  if (policy.mode === "plain-accuracy") return [accuracyHigher(figures)];
  return [
    ...(["integrity", "parity"] as const).map((name) => checkRule(name, checks[name], policy)),
    sensitivityKept("sensitivity-kept", "the champion's", figures.sensitivity, policy),
    referenceKept(figures.reference, policy),
    ...superior(figures, policy, level),
    calibrated(figures, policy),
    ...figures.subgroups.map((_, at) => subgroupFloor(figures, policy, at)),
    ...policy.evaluationSets.flatMap((rule, at) => setKept(figures.evaluationSets[at], rule, policy)),
    refusalRate(refusedHeldOut, policy),
  ];
}

function checkRule(
  rule: "integrity" | "parity",
  check: CheckResult | undefined,
  policy: PromotionPolicy,
): RuleResult {
  const passed = check?.passed ?? null;
  const required = policy.requiredChecks.includes(rule);
  const detail = check?.detail ?? `Nobody looked at ${rule}.`;
  if (passed !== null) return mustPass(rule, passed, detail);
  return unknown(rule, required || policy.whenInsufficient === "block", detail);
}

function unknown(
  rule: RuleResult["rule"],
  blocks: boolean,
  detail: string,
  values: RuleResult["values"] = {},
): RuleResult {
  return { rule, status: "insufficient", passed: false, blocks, detail, values };
}

function sensitivityKept(
  rule: "sensitivity-kept" | "sensitivity-kept-since-reference",
  whose: string,
  { before, after, value, lowerBound, patients }: SensitivityComparison,
  { sensitivity: { margin, confidence } }: PromotionPolicy,
): RuleResult {
  // −0.02 may come out a hair below itself.
  const passed = lowerBound !== null && lowerBound >= -margin - 1e-9;
  return mustPass(
    rule,
    passed,
    `Sensitivity ${figure(after)} against ${whose} ${figure(before)}, each at its own threshold: with ` +
      `${percent(confidence)} confidence it lost at most ${figure(lowerBound === null ? null : Math.max(0, -lowerBound))}, ` +
      `${passed ? "within" : "not within"} the ${figure(margin)} that may be lost (${patients} patients).`,
    { before, after, difference: value, lowerBound, margin, confidence, patients },
  );
}

function referenceKept(reference: ComparisonFigures["reference"], policy: PromotionPolicy): RuleResult {
  const rule = "sensitivity-kept-since-reference";
  const { referenceSerial } = policy.sensitivity;
  if (reference === "is-champion") {
    return mustPass(
      rule,
      true,
      `The champion has the weights of the frozen reference, serial ${referenceSerial}.`,
    );
  }
  if (reference === null) {
    return mustPass(
      rule,
      false,
      `The frozen reference, serial ${referenceSerial}, was not run on these images.`,
    );
  }
  return sensitivityKept(rule, `the frozen reference's (serial ${referenceSerial})`, reference, policy);
}

/** With "either", each test has half of the level and one of them has to pass. */
function superior(figures: ComparisonFigures, policy: PromotionPolicy, level: number): RuleResult[] {
  const { test } = policy.superiority;
  if (test === "auc") return [aucBetter(figures, level)];
  if (test === "errors") return [fewerErrors(figures, level)];
  const both = [aucBetter(figures, level / 2), fewerErrors(figures, level / 2)];
  const one = both.some((result) => result.passed);
  return both.map((result) => ({ ...result, blocks: !one }));
}

function aucBetter({ auc, weightedAuc }: ComparisonFigures, level: number): RuleResult {
  if (weightedAuc !== null) return weightedAucBetter(auc, weightedAuc, level);
  const { value, low, high, p, champion, challenger, readingsPerImage } = auc;
  const passed = value !== null && p !== null && value > 0 && p < level;
  const scope = readingsPerImage > 1 ? ` over ${readingsPerImage} readings of each image` : "";
  const aucs = `AUC ${figure(challenger)} against the champion's ${figure(champion)}${scope}`;
  return mustPass(
    "auc-better",
    passed,
    `${aucs}${oneSided(p)}: ${passed ? "better" : "not shown to be better"} at this look's level, ${levelText(level)}.`,
    { champion, challenger, difference: value, low, high, p, level, readingsPerImage },
  );
}

function weightedAucBetter(
  auc: ComparisonFigures["auc"],
  weighted: NonNullable<ComparisonFigures["weightedAuc"]>,
  level: number,
): RuleResult {
  const { champion, challenger } = auc;
  if (weighted === "insufficient") {
    return unknown(
      "auc-better",
      true,
      "An evaluation set that the policy gives a weight is missing or too small, so the weighted AUC is not known.",
      { champion, challenger, level },
    );
  }
  const { value, p, shares } = weighted;
  const passed = value > 0 && p < level;
  const parts = shares.map(({ name, share }) => `${percent(share)} ${name}`).join(", ");
  return mustPass(
    "auc-better",
    passed,
    `AUC higher by ${figure(value)} in the mean over the held-out patients and evaluation sets (${parts})${oneSided(p)}: ` +
      `${passed ? "better" : "not shown to be better"} at this look's level, ${levelText(level)}.`,
    { champion, challenger, difference: value, p, level, heldOutDifference: auc.value },
  );
}

function fewerErrors({ errors: { gains, losses }, accuracy }: ComparisonFigures, level: number): RuleResult {
  const { pGreater } = mcnemarExact(gains, losses);
  const passed = gains > losses && pGreater < level;
  return mustPass(
    "fewer-errors",
    passed,
    `Fewer wrong readings in ${gains} patients and more in ${losses}${oneSided(pGreater)}: ` +
      `${passed ? "better" : "not shown to be better"} at this look's level, ${levelText(level)}.`,
    { gains, losses, p: pGreater, level, before: accuracy.before, after: accuracy.after },
  );
}

function calibrated(
  { calibration: { before, after } }: ComparisonFigures,
  policy: PromotionPolicy,
): RuleResult {
  const { measure, margin } = policy.calibration;
  const name = measure === "brier" ? "Brier score" : "Expected calibration error";
  const passed = before !== null && after !== null && after - before <= margin + 1e-12;
  return mustPass(
    "calibrated",
    passed,
    `${name} ${figure(after)} against the champion's ${figure(before)}: ${passed ? "within" : "not within"} ` +
      `the ${figure(margin)} that it may rise.`,
    { before, after, margin },
  );
}

function subgroupFloor(figures: ComparisonFigures, policy: PromotionPolicy, at: number): RuleResult {
  const group = figures.subgroups[at];
  const rule = policy.subgroups.find(({ name }) => name === group?.name);
  if (!group || !rule) throw new RangeError(`the policy has no subgroup ${group?.name ?? at}`);
  const { patients, images, sensitivity } = group;
  const values = { patients, images, sensitivity: sensitivity.value, floor: rule.sensitivityFloor };
  if (patients < rule.minPatients || sensitivity.value === null) {
    return unknown(
      "subgroup-floor",
      policy.whenInsufficient === "block",
      `Too few patients with ${group.name} (${patients} of at least ${rule.minPatients}): insufficient to say anything.`,
      values,
    );
  }
  const passed = sensitivity.value >= rule.sensitivityFloor;
  return mustPass(
    "subgroup-floor",
    passed,
    `Sensitivity for ${group.name} ${figure(sensitivity.value)} in ${patients} patients: ` +
      `${passed ? "not below" : "below"} the floor of ${figure(rule.sensitivityFloor)}.`,
    values,
  );
}

/** No set may get worse by more than its margin, whatever was gained elsewhere. */
function setKept(
  set: EvaluationSetFigures | undefined,
  rule: EvaluationSetRule,
  { sensitivity: { confidence } }: PromotionPolicy,
): RuleResult[] {
  const names = ["set-sensitivity-kept", "set-auc-kept"] as const;
  const { name, minPatientsPerClass, required } = rule;
  const patients = set?.patientsPerClass ?? 0;
  const tooFew = patients < minPatientsPerClass;
  if (!set || set.problem !== null || tooFew) {
    const reason =
      set?.problem === null
        ? `${patients} patients of a class, of at least ${minPatientsPerClass}`
        : (set?.problem ?? "it was not read").replace(/\.$/, "");
    const detail = `Evaluation set “${name}”: insufficient to say anything: ${reason}.`;
    return names.map((each) => unknown(each, required, detail, { patients, minPatientsPerClass }));
  }
  const { sensitivity, auc } = set;
  const kept = (
    each: (typeof names)[number],
    what: string,
    { before, after, value, lowerBound }: Omit<EvaluationSetFigures["auc"], "variance">,
    margin: number,
  ) => {
    const passed = lowerBound !== null && lowerBound >= -margin - 1e-9;
    return mustPass(
      each,
      passed,
      `${what} on evaluation set “${name}” ${figure(after)} against the champion's ${figure(before)}: with ` +
        `${percent(confidence)} confidence it lost at most ${figure(lowerBound === null ? null : Math.max(0, -lowerBound))}, ` +
        `${passed ? "within" : "not within"} the ${figure(margin)} that may be lost.`,
      { before, after, difference: value, lowerBound, margin, confidence, patients },
    );
  };
  return [
    kept(names[0], "Sensitivity", sensitivity, rule.sensitivityMargin),
    kept(names[1], "AUC", auc, rule.aucMargin),
  ];
}

function refusalRate(found: RefusedHeldOut | undefined, policy: PromotionPolicy): RuleResult {
  const { mostRefused } = policy.refusal;
  if (!found || found.images === 0) {
    return unknown(
      "refusal-rate",
      policy.whenInsufficient === "block",
      "Nobody looked at how many held-out radiographs the challenger refuses.",
    );
  }
  const { refused, images } = found;
  const rate = refused / images;
  const passed = rate <= mostRefused;
  return mustPass(
    "refusal-rate",
    passed,
    `It refuses ${refused} of ${images} held-out radiographs, ${percent(rate)}: ` +
      `${passed ? "within" : "more than"} the ${percent(mostRefused)} that it may refuse.`,
    { refused, images, rate, mostRefused },
  );
}

function accuracyHigher({ accuracy: { before, after } }: ComparisonFigures): RuleResult {
  const passed = before !== null && after !== null && after > before;
  return mustPass(
    "accuracy-higher",
    passed,
    `Accuracy ${figure(after)} against the champion's ${figure(before)}: ${passed ? "higher" : "not higher"}.`,
    { before, after },
  );
}

function figure(value: number | null): string {
  return value === null ? "undefined" : value.toFixed(4);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function levelText(level: number): string {
  return level >= 0.0001 ? level.toFixed(5) : level.toExponential(1);
}

function oneSided(p: number | null): string {
  if (p === null) return "";
  return `, one-sided p ${p < 0.0001 ? `= ${p.toExponential(1)}` : `= ${p.toFixed(4)}`}`;
}
