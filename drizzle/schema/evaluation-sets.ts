import { sql } from "drizzle-orm";
import {
  index,
  integer,
  pgTable,
  primaryKey,
  serial,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import { trainingRuns } from "./training-runs";

/**
 * Labelled images of other sites or times that every model is scored on and none is trained on. `digest` is that of
 * the listing, an artifact like a dataset version's. A set that was removed keeps its row.
 */
export const evaluationSets = pgTable(
  "evaluation_sets",
  {
    id: serial().primaryKey(),
    name: text().notNull(),
    digest: text().$type<Digest>().notNull(),
    images: integer().notNull(),
    patients: integer().notNull(),
    positives: integer().notNull(),
    /** Files that could not be read. */
    unreadable: integer().notNull(),
    source: text().notNull(),
    addedBy: text("added_by").notNull(),
    addedAt: timestamp("added_at", { withTimezone: true }).notNull().defaultNow(),
    removedBy: text("removed_by"),
    removedAt: timestamp("removed_at", { withTimezone: true }),
  },
  (table) => [
    uniqueIndex("evaluation_sets_name").on(table.name).where(sql`${table.removedAt} is null`),
    index("evaluation_sets_digest").on(table.digest),
  ],
);
export type EvaluationSet = typeof evaluationSets.$inferSelect;

/** What a model, named by its weights, says of an evaluation set, and the figures of it: one reading, kept for ever. */
export const evaluations = pgTable(
  "evaluations",
  {
    weightsDigest: text("weights_digest").$type<Digest>().notNull(),
    setDigest: text("set_digest").$type<Digest>().notNull(),
    /** Artifact: CasePrediction[] as JSON. */
    predictionsDigest: text("predictions_digest").$type<Digest>().notNull(),
    /** Artifact: the evaluation document of lib/evaluation. */
    documentDigest: text("document_digest").$type<Digest>().notNull(),
    runId: text("run_id").references(() => trainingRuns.id),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.weightsDigest, table.setDigest] })],
);
export type EvaluationRow = typeof evaluations.$inferSelect;
