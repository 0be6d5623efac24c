import { doublePrecision, index, pgTable, primaryKey, smallint, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import type { Split } from "@/lib/training/job";
import { datasetVersions } from "./dataset-versions";
import { trainingRuns } from "./training-runs";

/**
 * One outcome per model and case. A model is named by its weights, so that a version that was rolled back to
 * keeps what it predicted before.
 */
export const predictions = pgTable(
  "predictions",
  {
    weightsDigest: text("weights_digest").$type<Digest>().notNull(),
    datasetDigest: text("dataset_digest")
      .$type<Digest>()
      .notNull()
      .references(() => datasetVersions.digest),
    caseId: text("case_id").notNull(),
    patientId: text("patient_id").notNull(),
    split: text().$type<Split>().notNull(),
    label: smallint().$type<0 | 1>().notNull(),
    logit: doublePrecision().notNull(),
    perturbedLogits: doublePrecision("perturbed_logits").array(),
    runId: text("run_id")
      .notNull()
      .references(() => trainingRuns.id),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.weightsDigest, table.datasetDigest, table.caseId] }),
    index("predictions_run").on(table.runId),
  ],
);
