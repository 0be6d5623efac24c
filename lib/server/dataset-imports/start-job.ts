import { randomUUID } from "node:crypto";
import { and, count, eq, inArray } from "drizzle-orm";
import { type Database, type DatabaseOrTransaction, sqlStateOf } from "@/drizzle/client";
import {
  type DatasetJobInput,
  type DatasetJobKind,
  datasetJobs,
  datasetUploadChunks,
  datasetUploads,
} from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { chunkCount } from "@/lib/dataset/upload-plan";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { requireOpenUpload } from "./start-upload";

const uniqueViolation = "23505";

export interface ImportOptionsOfForm {
  excludedFolders: string[];
  /** "current", or a version as requireDatasetVersion takes it; absent: a version of its own. */
  addTo?: string | undefined;
  actor: string;
}

/**
 * Hands a complete upload over to be imported.
 * @returns the job's id @throws UPLOAD_NOT_FOUND, UPLOAD_INCOMPLETE, DATASET_VERSION_NOT_FOUND
 */
export async function importUpload(
  db: Database,
  { uploadId, name, excludedFolders, addTo, actor }: ImportOptionsOfForm & { uploadId: string; name: string },
): Promise<string> {
  const base = await baseOf(db, addTo);
  return db.transaction(async (tx) => {
    await tx.select().from(datasetUploads).where(eq(datasetUploads.id, uploadId)).for("update");
    const upload = await requireOpenUpload(tx, uploadId);
    const [counted] = await tx
      .select({ chunks: count() })
      .from(datasetUploadChunks)
      .where(eq(datasetUploadChunks.uploadId, uploadId));
    const missing = chunkCount(upload) - (counted?.chunks ?? 0);
    if (missing > 0)
      throw new PneumoscopeError(
        "UPLOAD_INCOMPLETE",
        `${missing} piece(s) of upload ${uploadId} are missing.`,
      );
    await tx.update(datasetUploads).set({ state: "received" }).where(eq(datasetUploads.id, uploadId));
    const input = { name, uploadId, excludedFolders, addTo: base };
    return insertJob(tx, { kind: "upload", title: upload.name, input, actor });
  });
}

/** Imports what a configured `.dvc` file points at. @param pointer from configuredPointer @returns the job's id */
export async function importPointer(
  db: Database,
  { pointer, name, actor }: { pointer: string; name?: string | undefined; actor: string },
): Promise<string> {
  return db.transaction((tx) =>
    insertJob(tx, { kind: "remote", title: pointer, input: { name, pointer }, actor }),
  );
}

/** Has a version checked; where that is being done already, that is the job. @throws DATASET_VERSION_NOT_FOUND */
export async function startCheck(
  db: Database,
  { version, actor }: { version: string; actor: string },
): Promise<string> {
  const { digest } = await requireDatasetVersion(db, version);
  try {
    return await db.transaction((tx) =>
      insertJob(tx, { kind: "check", title: digest, input: {}, actor, datasetDigest: digest }),
    );
  } catch (error) {
    if (sqlStateOf(error) !== uniqueViolation) throw error;
    const [open] = await db
      .select({ id: datasetJobs.id })
      .from(datasetJobs)
      .where(
        and(
          eq(datasetJobs.kind, "check"),
          eq(datasetJobs.datasetDigest, digest),
          inArray(datasetJobs.state, ["queued", "running"]),
        ),
      );
    if (open) return open.id;
    throw error;
  }
}

async function baseOf(db: Database, addTo: string | undefined): Promise<Digest | undefined> {
  return addTo === undefined ? undefined : (await requireDatasetVersion(db, addTo)).digest;
}

interface NewJob {
  kind: DatasetJobKind;
  title: string;
  input: DatasetJobInput;
  actor: string;
  datasetDigest?: Digest;
}

async function insertJob(db: DatabaseOrTransaction, job: NewJob): Promise<string> {
  const id = randomUUID();
  await db.insert(datasetJobs).values({ id, ...job });
  const { kind, title, actor, input } = job;
  await recordAuditEvent(db, {
    action: "dataset_job.started",
    actor,
    entityId: id,
    details: { kind, title, ...input },
  });
  return id;
}
