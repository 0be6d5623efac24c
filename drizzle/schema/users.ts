import { integer, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const roles = ["viewer", "doctor", "admin"] as const;
export type Role = (typeof roles)[number];

/** Who may sign in. A row is never deleted: the audit trail names it. */
export const users = pgTable("users", {
  id: uuid().primaryKey().defaultRandom(),
  /** In lower case. */
  email: text().notNull().unique(),
  name: text().notNull(),
  role: text().$type<Role>().notNull(),
  /** Argon2id in PHC form; null for who signs in elsewhere (single sign-on). */
  passwordHash: text("password_hash"),
  /** Base32, of the second factor; null where there is none. */
  totpSecret: text("totp_secret"),
  /** The last time step whose code was used: a code works once. */
  totpUsedStep: integer("totp_used_step"),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  deactivatedAt: timestamp("deactivated_at", { withTimezone: true }),
});
export type User = typeof users.$inferSelect;
