import { sql } from "drizzle-orm";
import { check, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** A single row at most: who trains now. A lease, since its holder may die without giving it back. */
export const trainerLock = pgTable(
  "trainer_lock",
  {
    id: integer().primaryKey().default(1),
    runId: text("run_id").notNull(),
    holder: text().notNull(),
    acquiredAt: timestamp("acquired_at", { withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
  },
  (table) => [check("trainer_lock_single_row", sql`${table.id} = 1`)],
);
