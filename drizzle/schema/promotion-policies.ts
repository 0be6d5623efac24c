import { jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import type { PromotionPolicy } from "@/lib/promotion/policy";

/** Every policy that was ever decided by, under the digest of its canonical JSON. */
export const promotionPolicies = pgTable("promotion_policies", {
  digest: text().$type<Digest>().primaryKey(),
  document: jsonb().$type<PromotionPolicy>().notNull(),
  firstUsedAt: timestamp("first_used_at", { withTimezone: true }).notNull().defaultNow(),
});
