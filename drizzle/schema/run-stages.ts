import { pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { type RunStage, trainingRuns } from "./training-runs";

/** When a run came to each stage and left it. A stage that was entered again after a crash keeps its first start. */
export const runStagesEntered = pgTable(
  "run_stages",
  {
    runId: text("run_id")
      .notNull()
      .references(() => trainingRuns.id, { onDelete: "cascade" }),
    stage: text().$type<RunStage>().notNull(),
    startedAt: timestamp("started_at", { withTimezone: true }).notNull().defaultNow(),
    finishedAt: timestamp("finished_at", { withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.runId, table.stage] })],
);
