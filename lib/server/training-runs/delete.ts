import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { trainingRuns } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { runReferrers } from "./referrers";

/**
 * Removes a run on which nothing rests, with its log and epochs. What it was stays in the audit trail; the retention
 * (lib/server/retention/plan-cleaning.ts) reads there which weights it leaves behind.
 * @throws RUN_NOT_FOUND, RUN_REFERENCED with what refers to it, also while it waits or works
 */
export async function deleteRun(db: Database, { id, actor }: { id: string; actor: string }): Promise<void> {
  await db.transaction(async (tx) => {
    const [run] = await tx.select().from(trainingRuns).where(eq(trainingRuns.id, id)).for("update");
    if (!run) throw new PneumoscopeError("RUN_NOT_FOUND", `There is no training run ${id}.`);
    if (run.state === "queued" || run.state === "running")
      throw new PneumoscopeError("RUN_REFERENCED", `Run ${id} has not ended. Cancel it first.`);
    const referrers = await runReferrers(tx, id);
    if (referrers.length > 0) {
      const list = referrers.map(({ kind, names, count }) => `${kind} (${names.join(", ") || count})`);
      throw new PneumoscopeError("RUN_REFERENCED", `Run ${id} stays: ${list.join("; ")} refer to it.`);
    }
    await tx.delete(trainingRuns).where(eq(trainingRuns.id, id));
    const { key, state, reason, trigger, createdAt, configDigest, weightsDigest, requestedBy } = run;
    const was = { key, state, reason, trigger, requestedBy, configDigest, weightsDigest };
    await recordAuditEvent(tx, {
      action: "training_run.deleted",
      actor,
      entityId: id,
      details: { ...was, createdAt: createdAt.toISOString() },
    });
  });
}
