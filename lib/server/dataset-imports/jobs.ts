import { and, count, desc, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type DatasetJob, datasetJobs } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { deleteUploadFolder } from "./end-uploads";

/** Imports and checks, newest first. */
export async function listJobs(
  db: Database,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ rows: Omit<DatasetJob, "input">[]; total: number }> {
  const rows = await db
    .select()
    .from(datasetJobs)
    .orderBy(desc(datasetJobs.createdAt))
    .limit(limit)
    .offset(offset);
  const [counted] = await db.select({ total: count() }).from(datasetJobs);
  return { rows: rows.map(({ input: _, ...row }) => row), total: counted?.total ?? 0 };
}

/** Ends a job at its next step; what it read stays in the store. @throws DATASET_JOB_NOT_FOUND where it has ended */
export async function cancelJob(db: Database, id: string, actor: string): Promise<void> {
  const job = await db.transaction(async (tx) => {
    const [row] = await tx
      .update(datasetJobs)
      .set({ state: "cancelled", finishedAt: sql`now()` })
      .where(and(eq(datasetJobs.id, id), inArray(datasetJobs.state, ["queued", "running"])))
      .returning();
    if (!row)
      throw new PneumoscopeError("DATASET_JOB_NOT_FOUND", `There is no unfinished import or check ${id}.`);
    const { kind, title } = row;
    await recordAuditEvent(tx, {
      action: "dataset_job.cancelled",
      actor,
      entityId: id,
      details: { kind, title },
    });
    return row;
  });
  if (job.input.uploadId) await deleteUploadFolder(job.input.uploadId);
}
