import { integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import type { PromotionDecision } from "@/lib/promotion/decide";
import { modelVersions } from "./model-versions";
import { trainingRuns } from "./training-runs";

/** What was decided about a run's challenger, against whom, and why. */
export const decisions = pgTable("decisions", {
  runId: text("run_id")
    .primaryKey()
    .references(() => trainingRuns.id),
  outcome: text().$type<"promote" | "keep">().notNull(),
  reasons: jsonb().$type<string[]>().notNull(),
  championSerial: integer("champion_serial")
    .notNull()
    .references(() => modelVersions.serial),
  championWeightsDigest: text("champion_weights_digest").$type<Digest>().notNull(),
  challengerWeightsDigest: text("challenger_weights_digest").$type<Digest>().notNull(),
  /** The whole answer of lib/promotion, with both sides' figures. */
  comparison: jsonb().$type<PromotionDecision>().notNull(),
  decidedAt: timestamp("decided_at", { withTimezone: true }).notNull().defaultNow(),
});
export type DecisionRow = typeof decisions.$inferSelect;
