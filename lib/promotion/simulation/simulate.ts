import { type Interval, wilson } from "@/lib/metrics/interval";
import { defaultPolicy, policyDigest } from "../policy";
import { type Challengers, type Decider, firstPromotions, type History, simulateHistory } from "./histories";
import { ledgerScheme, schemes } from "./schemes";
import { defaultScoreModel, type ScoreModelOptions } from "./score-model";

export interface SimulationOptions {
  histories: number;
  days: number;
  seed: number;
  /** True AUC of the first champion. */
  firstAuc: number;
  onProgress?: (done: number, total: number, what: string) => void;
}

/** Shares of histories have Wilson's 95 % interval, which is what the number of histories leaves open. */
export interface SimulationReport {
  histories: number;
  days: number;
  seed: number;
  policyDigest: string;
  scoreModel: ScoreModelOptions & { firstAuc: number };
  budget: number;
  /** Share of histories, without any better challenger, in which the policy promoted one. */
  falsePromotionRate: number;
  withinBudget: boolean;
  /** The same share for the rule «accuracy is higher». */
  plainRuleFalsePromotionRate: number;
  /** The policy's, by points of AUC gained: promoted within 30 looks, from the first look on. */
  powerByGain: Record<string, number>;
  falsePromotions: FalsePromotions[];
  /** [days] share of the histories of equal models with a promotion by that day */
  falsePromotionsByDay: { decider: string; shares: number[] }[];
  power: Power[];
  drift: Drift[];
}

export interface FalsePromotions {
  decider: string;
  controls: string;
  /** All challengers as good as the champion. */
  equal: Interval;
}

export interface Power {
  decider: string;
  gainPoints: number;
  looksBefore: number;
  /** Share of histories in which a challenger that is better every day from then on was promoted by that day. */
  firstLook: number;
  within7Looks: number;
  within30Looks: number;
}

export interface Drift {
  scenario: string;
  decider: string;
  /** Share of histories with at least one false promotion. */
  anyFalsePromotion: Interval;
  /** Means over the histories. */
  promotions: number;
  falsePromotions: number;
  /** [days + 1] true AUC of the champion */
  mean: number[];
  low: number[];
  high: number[];
}

/** The scenarios in which the champion changes and quality may drift. Challengers start from the champion of the day. */
export const driftScenarios: readonly { name: string; challengers: Challengers }[] = [
  {
    name: "never better: each loses 0 to 1 point",
    challengers: (auc, u) => Math.max(0.5, auc - 0.01 * u),
  },
  {
    name: "one day in fifty gains 1 to 3 points, the others lose 0 to 1",
    challengers: (auc, u, v) =>
      v < 0.02 ? Math.min(0.995, auc + 0.01 + 0.02 * u) : Math.max(0.5, auc - 0.01 * u),
  },
];

const powerDays = 30;
const looksBefore = [0, 100];
const gainsInPoints = [1, 2, 3];
const plain: Decider = "plain-accuracy";
const nameOf = (decider: Decider) =>
  decider === plain ? "accuracy higher" : (decider as { name: string }).name;

/** Deterministic for its options. */
export function simulatePromotions(options: SimulationOptions): SimulationReport {
  const { histories, days, seed, firstAuc, onProgress } = options;
  const total = histories * (1 + gainsInPoints.length + driftScenarios.length);
  let done = 0;
  const eachHistory = <T>(what: string, draw: (seed: number) => T): T[] =>
    Array.from({ length: histories }, (_, history) => {
      if (done++ % 20 === 0) onProgress?.(done, total, what);
      return draw(seed * 1_000_003 + history);
    });
  const base = { scoreModel: defaultScoreModel, firstAuc, days };
  const deciders: Decider[] = [...schemes, plain];

  const equal = eachHistory("equal models", (historySeed) =>
    firstPromotions(
      { ...base, challengers: (auc) => auc, seed: historySeed },
      deciders.map((decider) => ({ decider, looksBefore: 0 })),
    ),
  );
  const falsePromotions = deciders.map((decider, at) => ({
    decider: nameOf(decider),
    controls: decider === plain ? "nothing" : (decider as { controls: string }).controls,
    equal: wilson(equal.filter((days) => days[at] !== null).length, histories),
  }));
  const byDay = [ledgerScheme, schemes.at(-1) as Decider, plain].map((decider) => ({
    decider: nameOf(decider),
    shares: sharesByDay(
      equal.map((found) => found[deciders.indexOf(decider)] ?? null),
      days,
    ),
  }));

  const starts = looksBefore.flatMap((before) =>
    deciders.map((decider) => ({ decider, looksBefore: before })),
  );
  const power = gainsInPoints.flatMap((gainPoints) => {
    const found = eachHistory(`a gain of ${gainPoints} points`, (historySeed) =>
      firstPromotions(
        {
          ...base,
          days: powerDays,
          challengers: (auc) => Math.min(0.999, auc + gainPoints / 100),
          seed: historySeed,
        },
        starts,
      ),
    );
    return starts.map(({ decider, looksBefore: before }, at): Power => {
      const shares = sharesByDay(
        found.map((row) => row[at] ?? null),
        powerDays,
      );
      return {
        decider: nameOf(decider),
        gainPoints,
        looksBefore: before,
        firstLook: shares[0] as number,
        within7Looks: shares[6] as number,
        within30Looks: shares[29] as number,
      };
    });
  });

  const drifting: Decider[] = [
    ledgerScheme,
    ...schemes.filter((scheme) => /anew|LORD|5 %/.test(scheme.name)),
    plain,
  ];
  const drift = driftScenarios.flatMap(({ name, challengers }) => {
    const runs = eachHistory(name, (historySeed) =>
      simulateHistory({ ...base, challengers, seed: historySeed }, drifting),
    );
    return drifting.map((decider, at): Drift => {
      const own = runs.map((row) => row[at] as History);
      const quality = Array.from({ length: days + 1 }, (_, day) =>
        Float64Array.from(own, (history) => history.trueAuc[day] as number).sort(),
      );
      return {
        scenario: name,
        decider: nameOf(decider),
        anyFalsePromotion: wilson(
          own.filter((history) => history.falsePromotions.length > 0).length,
          histories,
        ),
        promotions: mean(own.map((history) => history.promotions.length)),
        falsePromotions: mean(own.map((history) => history.falsePromotions.length)),
        mean: quality.map((values) => mean(values)),
        low: quality.map((values) => values[Math.floor(0.05 * histories)] as number),
        high: quality.map(
          (values) => values[Math.min(histories - 1, Math.floor(0.95 * histories))] as number,
        ),
      };
    });
  });

  const { budget } = defaultPolicy.ledger;
  const falsePromotionRate = falsePromotions[0]?.equal.value ?? 1;
  const policyDrift = drift.filter((row) => row.decider === ledgerScheme.name);
  return {
    histories,
    days,
    seed,
    policyDigest: policyDigest(defaultPolicy),
    scoreModel: { ...defaultScoreModel, firstAuc },
    budget,
    falsePromotionRate,
    withinBudget:
      falsePromotionRate <= budget &&
      policyDrift.every((row) => (row.anyFalsePromotion.value ?? 1) <= budget),
    plainRuleFalsePromotionRate: falsePromotions.at(-1)?.equal.value ?? 1,
    powerByGain: Object.fromEntries(
      power
        .filter((row) => row.decider === ledgerScheme.name && row.looksBefore === 0)
        .map((row) => [row.gainPoints, row.within30Looks]),
    ),
    falsePromotions,
    falsePromotionsByDay: byDay,
    power,
    drift,
  };
}

function sharesByDay(found: readonly (number | null)[], days: number): number[] {
  const counts = new Array<number>(days).fill(0);
  for (const day of found) if (day !== null) counts[day - 1] = (counts[day - 1] as number) + 1;
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum / found.length;
  });
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] as number;
  return values.length > 0 ? sum / values.length : 0;
}
