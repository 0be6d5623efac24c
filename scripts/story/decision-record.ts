import type { DecisionRow } from "@/drizzle/schema";

const signs = { passed: "passed ", failed: "FAILED ", insufficient: "unknown" } as const;

/** A decision as it stands in the record, for a person. */
export function decisionLines(decision: DecisionRow): string[] {
  const { outcome, comparison, policyDigest, look, level, decidedAt } = decision;
  const { champion, challenger, aucDifference, rules } = comparison;
  const signed = (value: number | null) => (value === null ? "–" : value.toFixed(4));
  return [
    `decision of ${decidedAt.toISOString()}: ${outcome.toUpperCase()}`,
    `policy ${policyDigest?.slice(0, 19) ?? "none"}…, look ${look ?? "–"} at level ${level === null ? "–" : level.toPrecision(2)}`,
    `champion ${decision.championWeightsDigest.slice(0, 19)}… (serial ${decision.championSerial}), challenger ${decision.challengerWeightsDigest.slice(0, 19)}…`,
    `${challenger.n} held-out images: AUC ${signed(challenger.auc.value)} against ${signed(champion.auc.value)}; ` +
      `pooled over ${aucDifference.readingsPerImage} readings ${signed(aucDifference.challenger)} against ${signed(aucDifference.champion)}`,
    ...rules.map(
      ({ rule, status, blocks, detail }) => `${signs[status]} ${blocks ? "!" : " "} ${rule}: ${detail}`,
    ),
  ];
}

/** The rules that kept the champion. */
export function blockingRules(decision: DecisionRow): string[] {
  return decision.comparison.rules.filter((rule) => rule.blocks).map((rule) => rule.rule);
}
