import { integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import type { PublishRequest } from "@/lib/server/model-versions/publish";
import { trainingRuns } from "./training-runs";

/** A challenger that passed under a policy in review mode, and the exact manifest that a person approves or rejects. */
export const promotionReviews = pgTable("promotion_reviews", {
  runId: text("run_id")
    .primaryKey()
    .references(() => trainingRuns.id),
  manifestDigest: text("manifest_digest").$type<Digest>().notNull(),
  request: jsonb().$type<Pick<PublishRequest, "manifest" | "expectedChampionSerial">>().notNull(),
  state: text().$type<"pending" | "approved" | "rejected">().notNull().default("pending"),
  /** Different persons who must approve it. */
  approvalsNeeded: integer("approvals_needed").notNull().default(1),
  reviewedBy: text("reviewed_by"),
  note: text(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  reviewedAt: timestamp("reviewed_at", { withTimezone: true }),
});
export type PromotionReview = typeof promotionReviews.$inferSelect;
