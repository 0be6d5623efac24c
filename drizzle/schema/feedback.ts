import { sql } from "drizzle-orm";
import {
  check,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import type { CorrectedLabel, Opinion, Verdict } from "@/lib/in-use/feedback";
import { modelVersions } from "./model-versions";
import { users } from "./users";

/**
 * What doctors say of single readings. Neither the image nor the doctor can be told from a row: `id` is salted in the
 * browser, `owner` proves to whoever gave it that a row is theirs. A row that was withdrawn keeps nothing else.
 */
export const feedback = pgTable(
  "feedback",
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    revision: integer().notNull(),
    serial: integer().references(() => modelVersions.serial),
    /** 0 to 100. */
    probabilityPercent: smallint("probability_percent"),
    verdict: text().$type<Verdict>(),
    /** Null where it was withdrawn. */
    opinion: text().$type<Opinion>(),
    correctedLabel: text("corrected_label").$type<CorrectedLabel>(),
    hour: timestamp({ withTimezone: true }),
  },
  (table) => [
    index("feedback_hour").on(table.hour),
    check(
      "feedback_withdrawn_keeps_nothing",
      sql`${table.opinion} is not null or (${table.serial} is null and ${table.probabilityPercent} is null and ${table.verdict} is null and ${table.correctedLabel} is null and ${table.hour} is null)`,
    ),
    check("feedback_whole_hour", sql`date_trunc('hour', ${table.hour}, 'UTC') = ${table.hour}`),
  ],
);
export type FeedbackRow = typeof feedback.$inferSelect;

/** How many changes of feedback an account sent on a day: for the limit, not for anyone to look at. */
export const feedbackDays = pgTable(
  "feedback_days",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id),
    day: date().notNull(),
    changes: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.day] })],
);
