import { holm } from "@/lib/metrics/holm";
import type { PairedStatistics, Pairing } from "./pair-models";

/** Metrics that a paired test speaks of. */
export const testedMetrics = ["auc", "accuracy", "sensitivity", "specificity"] as const;
export type TestedMetric = (typeof testedMetrics)[number];

/** Below it, two are told apart. */
export const level = 0.05;

/** "best" has the highest value; "close" may be as good; "behind" is told apart from the best. */
export type Standing = "best" | "close" | "behind" | null;

/** The two-sided p of no difference in a metric; null where it is not tested. */
export function pOf(metric: TestedMetric, { auc, calls }: PairedStatistics): number | null {
  if (metric === "auc") return auc?.p ?? null;
  return calls?.[metric === "accuracy" ? "all" : metric].p ?? null;
}

/**
 * How each model stands to the best one in a metric. The tests against the best are adjusted after Holm; one that cannot be
 * tested is "close", for nothing says that it is behind.
 * @param values null where a model has none
 * @param pairWithBest the paired statistics of the best model and another, by their places
 */
export function standings(
  metric: TestedMetric,
  values: readonly (number | null)[],
  pairWithBest: Pairing,
): Standing[] {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return values.map(() => null);
  const highest = Math.max(...known);
  const best = values.indexOf(highest);
  const ps = values.map((value, at) => {
    const pair = value === null || at === best ? null : pairWithBest(best, at);
    return pair && pOf(metric, pair);
  });
  const adjusted = holm(ps);
  return values.map((value, at) => {
    if (value === null) return null;
    if (value === highest) return "best";
    const p = adjusted[at] ?? null;
    return p !== null && p < level ? "behind" : "close";
  });
}
