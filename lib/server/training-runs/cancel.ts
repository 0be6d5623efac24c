import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { trainingRuns } from "@/drizzle/schema";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { stopTrainerJob } from "@/lib/server/jobs/stop-trainer-job";
import { currentLock, releaseDeadLock } from "@/lib/server/jobs/trainer-lock";
import type { TrainerClient } from "@/lib/server/trainer-client";
import { endAskedFor, endCancelledBy, endRun } from "./runs";

export interface CancelDependencies {
  db: Database;
  trainer(): Promise<TrainerClient>;
  log?(line: string): void;
}

/**
 * Ends a run on a person's word. One that waits ends at once. One that works is told through the record, its job on
 * the trainer is stopped, and whoever runs it ends it; where nobody does any more, it ends here. Asked for again, it
 * ends with the words of who asked first.
 * @throws RUN_NOT_FOUND, RUN_NOT_CANCELLABLE once it has ended or publishes
 */
export async function cancelRun(
  { db, trainer, log = () => undefined }: CancelDependencies,
  { id, reason, actor }: { id: string; reason: string; actor: string },
): Promise<void> {
  const { working, end } = await db.transaction(async (tx) => {
    const [run] = await tx.select().from(trainingRuns).where(eq(trainingRuns.id, id)).for("update");
    if (!run) throw new PneumoscopeError("RUN_NOT_FOUND", `There is no training run ${id}.`);
    requireCancellable(run);
    const working = run.state === "running";
    const askedBefore = endAskedFor(run);
    if (askedBefore) return { working, end: askedBefore };
    const end = endCancelledBy(actor, reason);
    await tx
      .update(trainingRuns)
      .set({ cancelRequestedAt: new Date(), cancelRequestedBy: actor, cancelReason: reason })
      .where(eq(trainingRuns.id, id));
    await recordAuditEvent(tx, {
      action: "training_run.cancel_requested",
      actor,
      entityId: id,
      details: { reason, stage: run.stage },
    });
    if (run.state === "queued") await endRun(tx, id, end);
    return { working, end };
  });
  if (!working) return;
  await trainer()
    .then((client) => stopTrainerJob(client, id))
    .catch((error) => log(`${id}: the trainer could not be told: ${describeError(error)}`));
  await releaseDeadLock(db);
  if ((await currentLock(db))?.runId !== id) await endRun(db, id, end);
}

function requireCancellable({ id, state, stage }: typeof trainingRuns.$inferSelect): void {
  if (state !== "queued" && state !== "running")
    throw new PneumoscopeError("RUN_NOT_CANCELLABLE", `Run ${id} has ended before: ${state}.`);
  if (stage === "publish" || stage === "notify")
    throw new PneumoscopeError(
      "RUN_NOT_CANCELLABLE",
      `Run ${id} is at “${stage}”: what it decided is being carried out. Roll back afterwards instead.`,
    );
}
