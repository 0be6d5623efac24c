import type { PromotionPolicy } from "./policy";

export type LedgerRules = PromotionPolicy["ledger"];

/** What was taken from the ledger before. */
export interface SpentLook {
  /** One-sided level of that look's test. */
  level: number;
}

/**
 * The level of look k (from 1): budget · h / ((k − 1 + h)(k + h)) for h = halfSpentAfterLooks.
 *
 * The terms telescope: the first K levels add up to budget · K / (K + h), all of them to the budget. So by the union
 * bound the chance that any look, ever, passes a model that is no better stays within the budget, however the looks
 * depend on each other: alpha spending over a convergent series, as in Foster and Stine (J. R. Statist. Soc. B 70
 * (2008) 429-444), without the wealth that they earn back.
 * @throws RangeError unless look is a whole number from 1
 */
export function levelOfLook(look: number, { budget, halfSpentAfterLooks: h }: LedgerRules): number {
  if (!Number.isInteger(look) || look < 1) throw new RangeError(`look ${look} is not a whole number from 1`);
  return (budget * h) / ((look - 1 + h) * (look + h));
}

/**
 * The level of the next look after those on record. Looks of an earlier policy count: what they spent is gone, and the
 * series goes on where it was. A budget that is spent gives 0, at which nothing passes.
 */
export function nextLevel(spent: readonly SpentLook[], rules: LedgerRules): number {
  const left = rules.budget - spentLevels(spent);
  return Math.max(0, Math.min(levelOfLook(spent.length + 1, rules), left));
}

/** The sum of all levels on record. */
export function spentLevels(spent: readonly SpentLook[]): number {
  return spent.reduce((sum, { level }) => sum + level, 0);
}
