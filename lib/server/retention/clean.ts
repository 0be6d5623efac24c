import { sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { failedSignIns, oneTimeLinks, runLogLines, userSessions } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { readSetting } from "@/lib/server/settings/read";
import { type CleaningPlan, endedBefore, planCleaning } from "./plan-cleaning";

// Any constant will do; it only has to be the same in every process.
const cleaningLock = 7_310_946_232;

export function isEmpty({ runLogs, failedSignIns, sessions, links, weights }: CleaningPlan): boolean {
  return runLogs.lines + failedSignIns + sessions + links + weights.length === 0;
}

/**
 * Removes what the retention settings let go. What goes is on record before the first file does, so that a crash
 * leaves files too many and never a record that is wrong.
 * @param actor a person's id, or "retention"
 * @returns what was removed
 */
export async function clean(
  { db, store }: { db: Database; store: ArtifactStore },
  actor: string,
  now = new Date(),
): Promise<CleaningPlan> {
  const plan = await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${cleaningLock})`);
    const { value: retention } = await readSetting(tx, "retention");
    const planned = await planCleaning(tx, store, retention, now);
    if (isEmpty(planned)) return planned;
    const ended = endedBefore(retention, now);
    await tx.delete(failedSignIns).where(ended.failedSignIns);
    await tx.delete(userSessions).where(ended.sessions);
    await tx.delete(oneTimeLinks).where(ended.links);
    if (ended.runLogs) await tx.delete(runLogLines).where(ended.runLogs);
    await recordAuditEvent(tx, {
      action: "retention.cleaned",
      actor,
      entityId: "retention",
      details: { ...planned, weights: planned.weights.map(({ digest }) => digest), retention },
    });
    return planned;
  });
  for (const { digest } of plan.weights) await store.remove(digest);
  return plan;
}
