import { index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { Scope } from "@/lib/server/api-tokens/scopes";
import { users } from "./users";

/** Tokens by which scripts act for a person. Only a hash of each is kept; a row is never deleted: the audit trail names it. */
export const apiTokens = pgTable(
  "api_tokens",
  {
    id: uuid().primaryKey().defaultRandom(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id),
    name: text().notNull(),
    scopes: text().array().$type<Scope[]>().notNull(),
    /** SHA-256 of the token, in hex. */
    secretHash: text("secret_hash").notNull().unique(),
    /** The token's last four characters, by which its owner knows it. */
    ending: text().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    lastUsedAt: timestamp("last_used_at", { withTimezone: true }),
    lastUsedFrom: text("last_used_from"),
    endedAt: timestamp("ended_at", { withTimezone: true }),
    endedBecause: text("ended_because").$type<"revoked" | "role changed" | "account deactivated">(),
  },
  (table) => [index("api_tokens_user").on(table.userId)],
);
export type ApiToken = typeof apiTokens.$inferSelect;
