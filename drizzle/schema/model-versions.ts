import { type SQL, sql } from "drizzle-orm";
import {
  check,
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
import type { SignedManifest } from "@/lib/manifest";
import { trainingRuns } from "./training-runs";

export const modelVersionStates = ["champion", "retired"] as const;
export const modelVersionStateEnum = pgEnum("model_version_state", modelVersionStates);

/** Every version that was ever published. Nothing here is deleted or signed again. */
export const modelVersions = pgTable(
  "model_versions",
  {
    serial: integer().primaryKey(),
    version: text().notNull().unique(),
    weightsDigest: text("weights_digest").$type<Digest>().notNull(),
    signedManifest: jsonb("signed_manifest").$type<SignedManifest>().notNull(),
    state: modelVersionStateEnum().notNull(),
    runId: text("run_id").references(() => trainingRuns.id),
    publishedAt: timestamp("published_at", { withTimezone: true }).notNull().defaultNow(),
    // Of the manifest, which is long: lists read these.
    keyId: text("key_id")
      .notNull()
      .generatedAlwaysAs((): SQL => sql`${modelVersions.signedManifest}->'signature'->>'keyId'`),
    previousVersion: text("previous_version").generatedAlwaysAs(
      (): SQL => sql`${modelVersions.signedManifest}->'manifest'->>'previousVersion'`,
    ),
    restoresVersion: text("restores_version").generatedAlwaysAs(
      (): SQL => sql`${modelVersions.signedManifest}->'manifest'->>'restoresVersion'`,
    ),
    auc: doublePrecision().generatedAlwaysAs(
      (): SQL =>
        sql`(${modelVersions.signedManifest}->'manifest'->'metrics'->'auc'->>'value')::double precision`,
    ),
  },
  (table) => [
    index("model_versions_weights").on(table.weightsDigest),
    index("model_versions_run").on(table.runId),
    index("model_versions_previous").on(table.previousVersion),
    index("model_versions_restores").on(table.restoresVersion),
    check("model_versions_serial_positive", sql`${table.serial} >= 1`),
  ],
);
export type ModelVersion = typeof modelVersions.$inferSelect;

/** A single row: the version that pages are offered. */
export const champion = pgTable(
  "champion",
  {
    id: integer().primaryKey().default(1),
    serial: integer()
      .notNull()
      .references(() => modelVersions.serial),
    since: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [check("champion_single_row", sql`${table.id} = 1`)],
);
