import { doublePrecision, integer, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { trainingRuns } from "./training-runs";

/** One row per epoch, written while the run trains. Fields as in lib/training/job.ts. */
export const epochMetrics = pgTable(
  "epoch_metrics",
  {
    runId: text("run_id")
      .notNull()
      .references(() => trainingRuns.id, { onDelete: "cascade" }),
    epoch: integer().notNull(),
    train_loss: doublePrecision().notNull(),
    train_accuracy: doublePrecision().notNull(),
    val_loss: doublePrecision().notNull(),
    val_accuracy: doublePrecision().notNull(),
    precision: doublePrecision(),
    recall: doublePrecision(),
    specificity: doublePrecision(),
    f1: doublePrecision(),
    auc: doublePrecision(),
    learningRate: doublePrecision("learning_rate").notNull(),
    durationMs: doublePrecision("duration_ms").notNull(),
    recordedAt: timestamp("recorded_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.epoch] })],
);
