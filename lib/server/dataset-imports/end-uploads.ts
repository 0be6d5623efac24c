import { readdir, rm, stat } from "node:fs/promises";
import { and, eq, inArray, lt } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetJobs, datasetUploadChunks, datasetUploads } from "@/drizzle/schema";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { requireOpenUpload } from "./start-upload";
import { uploadFolder, uploadsFolder } from "./upload-folder";

const forgottenAfterMs = 48 * 60 * 60_000;
/** A folder is made before the record has its upload. */
const newFolderMs = 10 * 60_000;

/** Ends an upload and deletes what has come of it. @throws UPLOAD_NOT_FOUND, UPLOAD_INCOMPLETE where it was handed over */
export async function cancelUpload(db: Database, id: string, actor: string): Promise<void> {
  await endUpload(db, id, "cancelled", actor);
  await deleteUploadFolder(id);
}

/** Deletes an upload's bytes; its row stays. */
export async function deleteUploadFolder(id: string): Promise<void> {
  await rm(uploadFolder(id), { recursive: true, force: true });
}

/** Ends uploads that nothing came of for two days, and deletes every folder that no upload or import needs. */
export async function sweepUploads(db: Database, now: Date = new Date()): Promise<void> {
  const forgotten = await db
    .select({ id: datasetUploads.id })
    .from(datasetUploads)
    .where(
      and(
        eq(datasetUploads.state, "receiving"),
        lt(datasetUploads.updatedAt, new Date(now.getTime() - forgottenAfterMs)),
      ),
    );
  for (const { id } of forgotten) await endUpload(db, id, "expired", "system");
  const names = await readdir(uploadsFolder()).catch(() => []);
  const needed = await neededUploads(db);
  for (const name of names) {
    const facts = needed.has(name) ? null : await stat(uploadFolder(name)).catch(() => null);
    if (facts && now.getTime() - facts.mtimeMs > newFolderMs) await deleteUploadFolder(name);
  }
}

async function neededUploads(db: Database): Promise<Set<string>> {
  const receiving = await db
    .select({ id: datasetUploads.id })
    .from(datasetUploads)
    .where(eq(datasetUploads.state, "receiving"));
  const jobs = await db
    .select({ input: datasetJobs.input })
    .from(datasetJobs)
    .where(inArray(datasetJobs.state, ["queued", "running"]));
  return new Set([...receiving.map(({ id }) => id), ...jobs.flatMap(({ input }) => input.uploadId ?? [])]);
}

async function endUpload(
  db: Database,
  id: string,
  state: "cancelled" | "expired",
  actor: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    const { name } = await requireOpenUpload(tx, id);
    const ended = await tx
      .update(datasetUploads)
      .set({ state })
      .where(and(eq(datasetUploads.id, id), eq(datasetUploads.state, "receiving")))
      .returning({ id: datasetUploads.id });
    if (ended.length === 0) return;
    await tx.delete(datasetUploadChunks).where(eq(datasetUploadChunks.uploadId, id));
    await recordAuditEvent(tx, { action: `dataset_upload.${state}`, actor, entityId: id, details: { name } });
  });
}
