import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { type Role, users } from "./users";

/** Links that let a person set a password, once. Only a hash of the link's secret is kept. */
export const oneTimeLinks = pgTable("one_time_links", {
  /** SHA-256 of the secret, in hex. */
  secretHash: text("secret_hash").primaryKey(),
  purpose: text().$type<"first-admin" | "invitation" | "password-reset">().notNull(),
  /** Whom an invitation is for; null for the first admin, who gives it. */
  email: text(),
  role: text().$type<Role>(),
  /** Whose password a reset changes. */
  userId: uuid("user_id").references(() => users.id),
  /** The administrator who made it, with whose role it ends; null for the server's own: the first one, and by mail. */
  madeBy: text("made_by"),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
  usedAt: timestamp("used_at", { withTimezone: true }),
});
export type OneTimeLink = typeof oneTimeLinks.$inferSelect;
