import { integer, jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { trainingRuns } from "./training-runs";

/** The journal of a run: what each finished step returned, so that a restart continues after it. */
export const runSteps = pgTable(
  "run_steps",
  {
    runId: text("run_id")
      .notNull()
      .references(() => trainingRuns.id, { onDelete: "cascade" }),
    name: text().notNull(),
    attempts: integer().notNull().default(1),
    /** `{ value }` once the step has finished; the wrapper keeps a returned null apart from «not yet». */
    output: jsonb().$type<{ value?: unknown }>(),
    startedAt: timestamp("started_at", { withTimezone: true }).notNull().defaultNow(),
    finishedAt: timestamp("finished_at", { withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.runId, table.name] })],
);
