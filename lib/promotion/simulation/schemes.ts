import { levelOfLook } from "../alpha-ledger";
import { defaultPolicy } from "../policy";

/** How levels are given to looks. */
export interface Scheme {
  name: string;
  /** What keeps within the budget. */
  controls: string;
  /** @param look from 1 @param promotions earlier looks that promoted */
  level(look: number, promotions: readonly number[]): number;
}

const { budget, halfSpentAfterLooks } = defaultPolicy.ledger;

const spending = (h: number): Scheme => ({
  name: `spending, half after ${h}`,
  controls: "chance of ever",
  level: (look) => levelOfLook(look, { budget, halfSpentAfterLooks: h }),
});

const basel = 6 / Math.PI ** 2;
const squares = (look: number) => basel / look ** 2;

/** The weights that Ramdas et al. recommend for LORD, scaled to 1 over ten thousand looks. */
const lordWeights = (() => {
  const raw = (look: number) => Math.log(Math.max(look, 2)) / (look * Math.exp(Math.sqrt(Math.log(look))));
  let sum = 0;
  for (let look = 1; look <= 10_000; look++) sum += raw(look);
  return (look: number) => raw(look) / sum;
})();

export const ledgerScheme = spending(halfSpentAfterLooks);

export const schemes: readonly Scheme[] = [
  ledgerScheme,
  spending(10),
  spending(200),
  {
    name: "6/(π²k²)",
    controls: "chance of ever",
    level: (look) => budget * squares(look),
  },
  {
    name: `half after ${halfSpentAfterLooks}, anew after each promotion`,
    controls: "chance per champion",
    level: (look, promotions) =>
      levelOfLook(look - (promotions.at(-1) ?? 0), { budget, halfSpentAfterLooks }),
  },
  {
    name: "a hundredth of the budget each",
    controls: "expected number per 100 looks",
    level: () => budget / 100,
  },
  {
    name: "LORD++",
    controls: "share of promotions (FDR)",
    level: (look, promotions) => {
      const wealth = budget / 2;
      const [first, ...later] = promotions;
      const earned = first === undefined ? 0 : (budget - wealth) * lordWeights(look - first);
      return (
        wealth * lordWeights(look) +
        earned +
        later.reduce((sum, at) => sum + budget * lordWeights(look - at), 0)
      );
    },
  },
  { name: "5 % each look", controls: "nothing over time", level: () => 0.05 },
];
