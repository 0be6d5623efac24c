import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import type { BadFile } from "@/lib/node/import-dataset";
import type { Split } from "@/lib/training/job";

/** Cases and patients of one side, by class. */
export interface SplitCounts {
  images: number;
  patients: number;
  normal: number;
  pneumonia: number;
}

/** A content-addressed listing of images; the listing itself is an artifact. */
export const datasetVersions = pgTable(
  "dataset_versions",
  {
    digest: text().$type<Digest>().primaryKey(),
    /** Given by who imported it; null: told by its source. */
    name: text(),
    images: integer().notNull(),
    patients: integer().notNull(),
    splits: jsonb().$type<Record<Split, SplitCounts>>().notNull(),
    badFiles: jsonb("bad_files").$type<BadFile[]>().notNull(),
    source: text().notNull(),
    /** Of the `.dir` object of the folder that the version was added from or pulled as; null: made from the listing. */
    dvcMd5: text("dvc_md5"),
    /** When it last became the version that the inbox adds to. The current version is the one with the latest. */
    currentSince: timestamp("current_since", { withTimezone: true }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index("dataset_versions_created_at").on(table.createdAt),
    index("dataset_versions_current").on(table.currentSince).where(sql`${table.currentSince} is not null`),
  ],
);
export type DatasetVersion = typeof datasetVersions.$inferSelect;
