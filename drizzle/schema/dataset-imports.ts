import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { Digest } from "@/lib/artifacts/store";
import type { ImportSummary } from "@/lib/dataset/import-summary";
import type { UploadedFile, UploadKind } from "@/lib/dataset/upload-plan";
import type { ErrorCode } from "@/lib/errors";

export const uploadStates = ["receiving", "received", "cancelled", "expired"] as const;
export type UploadState = (typeof uploadStates)[number];

/** Files that a browser sends in pieces; the bytes lie in data/uploads/<id> until they are imported. */
export const datasetUploads = pgTable(
  "dataset_uploads",
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    kind: text().$type<UploadKind>().notNull(),
    state: text().$type<UploadState>().notNull().default("receiving"),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    chunkBytes: integer("chunk_bytes").notNull(),
    /** One after the other these are the upload's bytes; for an archive there is one. */
    files: jsonb().$type<UploadedFile[]>().notNull(),
    /** What a browser tells the same choice by, after the page was loaded again. */
    fingerprint: text().notNull(),
    actor: text().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    /** When the last piece came. */
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index("dataset_uploads_state").on(table.state)],
);
export type DatasetUpload = typeof datasetUploads.$inferSelect;

/** A piece that is on the disk, with its SHA-256. */
export const datasetUploadChunks = pgTable(
  "dataset_upload_chunks",
  {
    uploadId: uuid("upload_id")
      .notNull()
      .references(() => datasetUploads.id, { onDelete: "cascade" }),
    index: integer().notNull(),
    digest: text().$type<Digest>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.uploadId, table.index] })],
);

export const datasetJobKinds = ["upload", "remote", "check"] as const;
export type DatasetJobKind = (typeof datasetJobKinds)[number];
export const datasetJobStates = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export type DatasetJobState = (typeof datasetJobStates)[number];
export const datasetJobPhases = ["reading", "checking"] as const;
export type DatasetJobPhase = (typeof datasetJobPhases)[number];

/** What a job works on. */
export interface DatasetJobInput {
  /** Of the version that is made. */
  name?: string | undefined;
  uploadId?: string | undefined;
  /** The address of a `.dvc` file that the server's configuration leads to. */
  pointer?: string | undefined;
  excludedFolders?: string[] | undefined;
  /** The version that the images are added to; absent: they are one of their own. */
  addTo?: Digest | undefined;
}

/** An import or a check that an administrator started; one is worked on at a time. */
export const datasetJobs = pgTable(
  "dataset_jobs",
  {
    id: uuid().primaryKey(),
    kind: text().$type<DatasetJobKind>().notNull(),
    state: text().$type<DatasetJobState>().notNull().default("queued"),
    phase: text().$type<DatasetJobPhase>(),
    done: integer().notNull().default(0),
    total: integer().notNull().default(0),
    input: jsonb().$type<DatasetJobInput>().notNull(),
    /** What is imported or checked, for people. */
    title: text().notNull(),
    actor: text().notNull(),
    datasetDigest: text("dataset_digest").$type<Digest>(),
    summary: jsonb().$type<ImportSummary>(),
    errorCode: text("error_code").$type<ErrorCode>(),
    reason: text(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    startedAt: timestamp("started_at", { withTimezone: true }),
    /** When whoever works on it was last heard of. */
    heartbeatAt: timestamp("heartbeat_at", { withTimezone: true }),
    finishedAt: timestamp("finished_at", { withTimezone: true }),
  },
  (table) => [
    index("dataset_jobs_created_at").on(table.createdAt),
    // One check of a version at a time.
    uniqueIndex("dataset_jobs_open_check")
      .on(table.datasetDigest)
      .where(sql`${table.kind} = 'check' and ${table.state} in ('queued', 'running')`),
  ],
);
export type DatasetJob = typeof datasetJobs.$inferSelect;
