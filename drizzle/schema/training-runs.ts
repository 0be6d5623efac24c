import { type SQL, sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import { type RunStage, type RunTrigger, runStates } from "@/lib/run-search/run-states";
import type { TrainingConfig } from "@/lib/training/config";
import type { JobProgress } from "@/lib/training/job";
import type { Provenance } from "@/lib/training/provenance";
import { datasetVersions } from "./dataset-versions";

export {
  type RunStage,
  type RunState,
  type RunTrigger,
  runStages,
  runStates,
  runTriggers,
} from "@/lib/run-search/run-states";
export const runStateEnum = pgEnum("run_state", runStates);

/** How far the trainer is with the job at hand; written every few seconds. */
export interface RunProgress extends JobProgress {
  /** ISO 8601 */
  at: string;
}

/** One pass through the loop. `key` makes it idempotent: one scheduled run per day. */
export const trainingRuns = pgTable(
  "training_runs",
  {
    id: text().primaryKey(),
    key: text().notNull().unique(),
    trigger: text().$type<RunTrigger>().notNull(),
    state: runStateEnum().notNull(),
    stage: text().$type<RunStage>(),
    reason: text(),
    errorCode: text("error_code"),
    source: text().notNull(),
    config: jsonb().$type<TrainingConfig>().notNull(),
    configDigest: text("config_digest").$type<Digest>().notNull(),
    engine: text(),
    datasetDigest: text("dataset_digest")
      .$type<Digest>()
      .references(() => datasetVersions.digest),
    initialWeightsDigest: text("initial_weights_digest").$type<Digest>(),
    /** What came out; an artifact, published or not. */
    weightsDigest: text("weights_digest").$type<Digest>(),
    /** [20] validation images by the probability that these weights give them, as calibrated; null from before. */
    validationProbabilities: integer("validation_probabilities").array(),
    provenance: jsonb().$type<Provenance>(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    startedAt: timestamp("started_at", { withTimezone: true }),
    finishedAt: timestamp("finished_at", { withTimezone: true }),
    /** Who pressed the button; null where no person did. */
    requestedBy: text("requested_by"),
    /** The run whose values this one began with. */
    retryOf: text("retry_of").references((): AnyPgColumn => trainingRuns.id),
    progress: jsonb().$type<RunProgress>(),
    cancelRequestedAt: timestamp("cancel_requested_at", { withTimezone: true }),
    cancelRequestedBy: text("cancel_requested_by"),
    cancelReason: text("cancel_reason"),
    tags: text().array().notNull().default([]),
    notes: text().notNull().default(""),
    preset: text()
      .notNull()
      .generatedAlwaysAs((): SQL => sql`${trainingRuns.config}->>'preset'`),
    durationMs: doublePrecision("duration_ms").generatedAlwaysAs(
      (): SQL => sql`extract(epoch from ${trainingRuns.finishedAt} - ${trainingRuns.startedAt}) * 1000`,
    ),
    /** In lower case; a trigram index stands on it where the database has them. */
    searchText: text("search_text")
      .notNull()
      .generatedAlwaysAs(
        (): SQL =>
          sql`lower(${trainingRuns.id} || ' ' || coalesce(${trainingRuns.reason}, '') || ' ' || ${trainingRuns.notes} || ' ' || ${trainingRuns.source} || ' ' || coalesce(${trainingRuns.weightsDigest}, '') || ' ' || coalesce(${trainingRuns.requestedBy}, ''))`,
      ),
  },
  (table) => [
    index("training_runs_state").on(table.state),
    index("training_runs_created_at").on(table.createdAt),
    index("training_runs_started_at").on(table.startedAt),
    index("training_runs_duration").on(table.durationMs),
    index("training_runs_preset").on(table.preset),
    index("training_runs_engine").on(table.engine),
    index("training_runs_dataset").on(table.datasetDigest),
    index("training_runs_initial_weights").on(table.initialWeightsDigest),
    index("training_runs_weights").on(table.weightsDigest),
    index("training_runs_retry_of").on(table.retryOf),
    index("training_runs_tags").using("gin", table.tags),
  ],
);
export type TrainingRun = typeof trainingRuns.$inferSelect;
