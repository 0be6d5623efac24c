import { integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import { modelVersions } from "./model-versions";

/** Versions that may not be used any more. Final: rows are only added. */
export const revocations = pgTable("revocations", {
  serial: integer()
    .primaryKey()
    .references(() => modelVersions.serial),
  version: text().notNull(),
  manifestDigest: text("manifest_digest").$type<Digest>().notNull(),
  weightsDigest: text("weights_digest").$type<Digest>().notNull(),
  reason: text().notNull(),
  revokedBy: text("revoked_by").notNull(),
  revokedAt: timestamp("revoked_at", { withTimezone: true }).notNull(),
});
export type RevocationRow = typeof revocations.$inferSelect;
