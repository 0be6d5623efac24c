import { integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import type { ImageMeasures } from "@/lib/dataset-report/image-measures";
import type { Problem } from "@/lib/dataset-report/problems";
import type { DatasetReport } from "@/lib/dataset-report/report";
import { datasetVersions } from "./dataset-versions";

/** What the check of a dataset version found; the whole report is an artifact. One per version, made once. */
export const datasetReports = pgTable("dataset_reports", {
  datasetDigest: text("dataset_digest")
    .$type<Digest>()
    .primaryKey()
    .references(() => datasetVersions.digest),
  reportDigest: text("report_digest").$type<Digest>().notNull(),
  state: text().$type<DatasetReport["state"]>().notNull(),
  problems: jsonb().$type<Problem[]>().notNull(),
  durationMs: integer("duration_ms").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
});
export type DatasetReportRow = typeof datasetReports.$inferSelect;

/** Measured once per image, whatever versions it is part of. */
export const imageMeasures = pgTable("image_measures", {
  digest: text().$type<Digest>().primaryKey(),
  /** measuresSchemaVersion; rows of another one are measured again. */
  schemaVersion: integer("schema_version").notNull(),
  measures: jsonb().$type<ImageMeasures>().notNull(),
});
