import { pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import { promotionReviews } from "./promotion-reviews";

/** Who approved a promotion under review; each person once. */
export const promotionApprovals = pgTable(
  "promotion_approvals",
  {
    runId: text("run_id")
      .notNull()
      .references(() => promotionReviews.runId),
    approvedBy: text("approved_by").notNull(),
    manifestDigest: text("manifest_digest").$type<Digest>().notNull(),
    note: text().notNull(),
    approvedAt: timestamp("approved_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.approvedBy] })],
);
