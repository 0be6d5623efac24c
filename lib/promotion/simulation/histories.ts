import { createRandom, type Random } from "@/lib/random";
import { defaultPolicy, type PromotionPolicy } from "../policy";
import { applyRules } from "../rules";
import { fastAuc, fastFigures, type PlacedModel, placeModel } from "./fast-figures";
import type { Scheme } from "./schemes";
import {
  drawHeldOutImages,
  drawModelNoise,
  type HeldOutImages,
  modelOf,
  type ScoreModelOptions,
} from "./score-model";

/** The true AUC of a day's challenger, from two uniform numbers of that day. */
export type Challengers = (championAuc: number, u: number, v: number) => number;

/** Who decides: the policy with levels from a scheme, or the rule «accuracy is higher». */
export type Decider = Scheme | "plain-accuracy";

export interface HistoryOptions {
  scoreModel: ScoreModelOptions;
  /** True AUC of the first champion, which is the frozen reference. */
  firstAuc: number;
  days: number;
  challengers: Challengers;
  seed: number;
}

export interface History {
  /** Days, from 1, on which a challenger was promoted. */
  promotions: number[];
  /** Those on which its true AUC was no higher than the champion's. */
  falsePromotions: number[];
  /** [days + 1] true AUC of the champion, from before the first day */
  trueAuc: Float64Array;
}

const policy: PromotionPolicy = { ...defaultPolicy, subgroups: [], requiredChecks: [] };

/**
 * One history of daily challengers, all read on the same held-out patients, as each of the deciders makes it. What is
 * random about a day is the same for all deciders; each has its own champion.
 */
export function simulateHistory(options: HistoryOptions, deciders: readonly Decider[]): History[] {
  const { days, challengers } = options;
  const { random, heldOut, first } = begin(options);
  const champions = deciders.map(() => first);
  const histories = deciders.map((): History => {
    const trueAuc = new Float64Array(days + 1);
    trueAuc[0] = first.trueAuc;
    return { promotions: [], falsePromotions: [], trueAuc };
  });
  for (let day = 1; day <= days; day++) {
    const [u, v] = [random.next(), random.next()];
    const challengerOf = drawChallenger(heldOut, random);
    for (const [at, decider] of deciders.entries()) {
      const [champion, history] = [champions[at] as PlacedModel, histories[at] as History];
      const challenger = challengerOf(challengers(champion.trueAuc, u, v));
      const level = levelOf(decider, day, history.promotions);
      if (passes(heldOut, { champion, challenger, reference: first }, level)) {
        history.promotions.push(day);
        if (challenger.trueAuc <= champion.trueAuc) history.falsePromotions.push(day);
        champions[at] = challenger;
      }
      history.trueAuc[day] = (champions[at] as PlacedModel).trueAuc;
    }
  }
  return histories;
}

function begin({ scoreModel, firstAuc, seed }: HistoryOptions) {
  const random = createRandom(seed);
  const heldOut = drawHeldOutImages(scoreModel, random);
  const first = placeModel(heldOut, modelOf(heldOut, firstAuc, drawModelNoise(heldOut, random)));
  return { random, heldOut, first };
}

/** A day's challenger by its true AUC; deciders with the same champion share one. */
function drawChallenger(heldOut: HeldOutImages, random: Random): (trueAuc: number) => PlacedModel {
  const noise = drawModelNoise(heldOut, random);
  const placed = new Map<number, PlacedModel>();
  return (trueAuc) => {
    const known = placed.get(trueAuc) ?? placeModel(heldOut, modelOf(heldOut, trueAuc, noise));
    placed.set(trueAuc, known);
    return known;
  };
}

/** A decider that begins after so many looks at earlier challengers. */
export interface LateStart {
  decider: Decider;
  looksBefore: number;
}

/**
 * The day of the first promotion under each of the deciders, or null. Until then all of them see the same champion, so
 * that the challengers are drawn once for all.
 */
export function firstPromotions(options: HistoryOptions, starts: readonly LateStart[]): (number | null)[] {
  const { days, challengers } = options;
  const { random, heldOut, first: champion } = begin(options);
  const found = starts.map((): number | null => null);
  for (let day = 1; day <= days && found.includes(null); day++) {
    const trueAuc = challengers(champion.trueAuc, random.next(), random.next());
    const challenger = drawChallenger(heldOut, random)(trueAuc);
    for (const [at, { decider, looksBefore }] of starts.entries()) {
      if (found[at] !== null) continue;
      const level = levelOf(decider, looksBefore + day, []);
      if (passes(heldOut, { champion, challenger, reference: champion }, level)) found[at] = day;
    }
  }
  return found;
}

/** Null for the plain rule, which needs none. */
function levelOf(decider: Decider, look: number, promotions: readonly number[]): number | null {
  return decider === "plain-accuracy" ? null : decider.level(look, promotions);
}

/** Asks the policy's own rules; a challenger that fails its level anyway is spared the others. */
function passes(
  heldOut: HeldOutImages,
  models: { champion: PlacedModel; challenger: PlacedModel; reference: PlacedModel },
  level: number | null,
): boolean {
  const { champion, challenger, reference } = models;
  if (level === null) return challenger.accuracy > champion.accuracy;
  if (fastAuc(heldOut, champion, challenger).p >= level) return false;
  const against = reference === champion ? "is-champion" : reference;
  const figures = fastFigures(heldOut, champion, challenger, against, policy);
  return applyRules(figures, policy, { level }).every((rule) => !rule.blocks);
}
