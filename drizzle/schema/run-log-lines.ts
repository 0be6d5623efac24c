import { bigserial, index, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { trainingRuns } from "./training-runs";

/** What a run said while it worked; the newest lines of each run are kept. */
export const runLogLines = pgTable(
  "run_log_lines",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    runId: text("run_id")
      .notNull()
      .references(() => trainingRuns.id, { onDelete: "cascade" }),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    line: text().notNull(),
  },
  (table) => [index("run_log_lines_run").on(table.runId, table.id)],
);
export type RunLogLine = typeof runLogLines.$inferSelect;
