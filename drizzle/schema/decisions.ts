import { type SQL, sql } from "drizzle-orm";
import { doublePrecision, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import type { PromotionDecision } from "@/lib/promotion/decide";
import { modelVersions } from "./model-versions";
import { promotionPolicies } from "./promotion-policies";
import { trainingRuns } from "./training-runs";

/** What was decided about a run's challenger, against whom, and why. */
export const decisions = pgTable(
  "decisions",
  {
    runId: text("run_id")
      .primaryKey()
      .references(() => trainingRuns.id),
    outcome: text().$type<"promote" | "review" | "keep">().notNull(),
    reasons: jsonb().$type<string[]>().notNull(),
    championSerial: integer("champion_serial")
      .notNull()
      .references(() => modelVersions.serial),
    championWeightsDigest: text("champion_weights_digest").$type<Digest>().notNull(),
    challengerWeightsDigest: text("challenger_weights_digest").$type<Digest>().notNull(),
    /** The whole answer of lib/promotion, with both sides' figures. */
    comparison: jsonb().$type<PromotionDecision>().notNull(),
    /** Null for decisions from before there were policies. */
    policyDigest: text("policy_digest")
      .$type<Digest>()
      .references(() => promotionPolicies.digest),
    /** The ledger's look and its level; null where nothing was tested. */
    look: integer(),
    level: doublePrecision(),
    decidedAt: timestamp("decided_at", { withTimezone: true }).notNull().defaultNow(),
    /** Of the challenger on the held-out patients. */
    challengerAuc: doublePrecision("challenger_auc").generatedAlwaysAs(
      (): SQL => sql`(${decisions.comparison}->'challenger'->'auc'->>'value')::double precision`,
    ),
  },
  (table) => [
    index("decisions_outcome").on(table.outcome),
    index("decisions_champion").on(table.championSerial, table.decidedAt),
    index("decisions_champion_weights").on(table.championWeightsDigest),
  ],
);
export type DecisionRow = typeof decisions.$inferSelect;
