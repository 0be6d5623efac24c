import { and, eq, inArray } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { auditEvents, trainingRuns } from "@/drizzle/schema";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { runOfJob } from "@/lib/server/jobs/stop-unwanted-job";
import type { TrainerClient } from "@/lib/server/trainer-client";

/**
 * Has the trainer remove the checkpoints of runs that have ended or were deleted: nobody takes those up again. A run
 * that waits or works keeps its own, also where its job has failed; what other work left with the trainer stays. What
 * goes is on record before it does.
 * @returns the jobs whose checkpoints went
 * @throws TRAINER_UNREACHABLE
 */
export async function pruneCheckpoints(db: Database, trainer: TrainerClient): Promise<string[]> {
  const kept = await trainer.checkpoints();
  const over = await endedRuns(db, [...new Set(kept.map(({ jobId }) => runOfJob(jobId)))]);
  const unused = kept.filter(({ jobId }) => over.has(runOfJob(jobId)));
  if (unused.length === 0) return [];
  await recordAuditEvent(db, {
    action: "retention.cleaned",
    actor: "retention",
    entityId: "checkpoints",
    details: {
      checkpoints: unused.length,
      sizeBytes: unused.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
  });
  for (const { jobId } of unused) await trainer.removeCheckpoint(jobId);
  return unused.map(({ jobId }) => jobId);
}

async function endedRuns(db: Database, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const ended = await db
    .select({ id: trainingRuns.id })
    .from(trainingRuns)
    .where(
      and(
        inArray(trainingRuns.id, ids),
        inArray(trainingRuns.state, ["succeeded", "failed", "skipped", "cancelled"]),
      ),
    );
  const deleted = await db
    .select({ id: auditEvents.entityId })
    .from(auditEvents)
    .where(and(eq(auditEvents.action, "training_run.deleted"), inArray(auditEvents.entityId, ids)));
  return new Set([...ended, ...deleted].map(({ id }) => id));
}
