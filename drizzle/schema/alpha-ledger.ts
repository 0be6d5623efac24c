import { sql } from "drizzle-orm";
import { check, doublePrecision, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import { promotionPolicies } from "./promotion-policies";
import { trainingRuns } from "./training-runs";

/**
 * What looks at the held-out patients took from the error budget. A look is entered before its result is known and
 * never taken back, so one that a crash cut off is spent as well. Rows are only added, and settled once.
 */
export const alphaLedger = pgTable(
  "alpha_ledger",
  {
    look: integer().primaryKey(),
    runId: text("run_id")
      .notNull()
      .unique()
      .references(() => trainingRuns.id),
    policyDigest: text("policy_digest")
      .$type<Digest>()
      .notNull()
      .references(() => promotionPolicies.digest),
    /** One-sided level of this look's test. */
    level: doublePrecision().notNull(),
    datasetDigest: text("dataset_digest").$type<Digest>().notNull(),
    championWeightsDigest: text("champion_weights_digest").$type<Digest>().notNull(),
    challengerWeightsDigest: text("challenger_weights_digest").$type<Digest>().notNull(),
    enteredAt: timestamp("entered_at", { withTimezone: true }).notNull().defaultNow(),
    /** Null until the decision is on record. */
    outcome: text().$type<"promote" | "review" | "keep">(),
  },
  (table) => [
    check("alpha_ledger_look_positive", sql`${table.look} >= 1`),
    check("alpha_ledger_level_in_range", sql`${table.level} >= 0 and ${table.level} < 1`),
  ],
);
export type LedgerRow = typeof alphaLedger.$inferSelect;
