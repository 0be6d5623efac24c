import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  date,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import type { HistogramDrift } from "@/lib/metrics/histogram-drift";
import { modelVersions } from "./model-versions";

/** What all browsers that share statistics counted on a day with a version; sums only. */
export const statisticsDays = pgTable(
  "statistics_days",
  {
    day: date().notNull(),
    serial: integer()
      .notNull()
      .references(() => modelVersions.serial),
    reports: integer().notNull(),
    /** [20] over probabilities 0 to 1. */
    probabilities: integer().array().notNull(),
    /** [4] in the order of refusalKinds. */
    refusals: integer().array().notNull(),
    /** [2] in the order of backendNames. */
    backends: integer().array().notNull(),
    /** [8] over speedBoundsMs. */
    speeds: integer().array().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.day, table.serial] }),
    check("statistics_days_bins", sql`cardinality(${table.probabilities}) = 20`),
  ],
);
export type StatisticsDay = typeof statisticsDays.$inferSelect;

/** Random ids of reports that were added, so that one that comes twice counts once. */
export const statisticsReports = pgTable("statistics_reports", {
  id: text().primaryKey(),
  day: date().notNull(),
});

/** Whether a version's probabilities have drifted, as last measured: an event is raised when this changes. */
export const driftStates = pgTable("drift_states", {
  serial: integer()
    .primaryKey()
    .references(() => modelVersions.serial),
  drifted: boolean().notNull(),
  drift: jsonb().$type<HistogramDrift>().notNull(),
  measuredAt: timestamp("measured_at", { withTimezone: true }).notNull(),
});
