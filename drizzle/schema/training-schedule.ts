import { sql } from "drizzle-orm";
import { boolean, check, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** A single row at most: when the loop looks for new data by itself. Without it the environment says so. */
export const trainingSchedule = pgTable(
  "training_schedule",
  {
    id: integer().primaryKey().default(1),
    /** Five cron fields, in UTC. */
    cron: text().notNull(),
    preset: text().notNull(),
    paused: boolean().notNull(),
    changedAt: timestamp("changed_at", { withTimezone: true }).notNull().defaultNow(),
    changedBy: text("changed_by").notNull(),
  },
  (table) => [check("training_schedule_single_row", sql`${table.id} = 1`)],
);
