import { index, jsonb, pgEnum, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import type { TrainingConfig } from "@/lib/training/config";
import type { Provenance } from "@/lib/training/provenance";
import { datasetVersions } from "./dataset-versions";

export const runStates = ["queued", "running", "succeeded", "failed", "skipped"] as const;
export type RunState = (typeof runStates)[number];
export const runStateEnum = pgEnum("run_state", runStates);

/** The stages of the loop, in their order. */
export const runStages = [
  "look",
  "dataset version",
  "check data",
  "train",
  "record",
  "evaluate",
  "decide",
  "publish",
  "notify",
] as const;
export type RunStage = (typeof runStages)[number];

export const runTriggers = ["schedule", "event", "command"] as const;
export type RunTrigger = (typeof runTriggers)[number];

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
    provenance: jsonb().$type<Provenance>(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    startedAt: timestamp("started_at", { withTimezone: true }),
    finishedAt: timestamp("finished_at", { withTimezone: true }),
  },
  (table) => [
    index("training_runs_state").on(table.state),
    index("training_runs_created_at").on(table.createdAt),
  ],
);
export type TrainingRun = typeof trainingRuns.$inferSelect;
