import type { Cron } from "croner";
import { scheduleKey } from "@/lib/server/training-runs/schedule";

/** When a run fell due last. */
export function lastDue(cron: Cron, now: Date): Date | null {
  return cron.previousRuns(1, now)[0] ?? null;
}

/** What a run may be late by: a process that starts up, a record that was away. */
const graceMs = 15 * 60_000;

/**
 * Whether the loop did not look when it should have, wherever it runs: no scheduled run on the day of the last due
 * time. There is one a day, however often the schedule comes true.
 * @param lastDueAt null where the schedule is paused
 * @param since the installation's beginning, or the schedule's: nothing was due before
 */
export function isOverdue(
  lastDueAt: Date | null,
  { since, lastScheduledAt, now }: { since: Date | null; lastScheduledAt: Date | null; now: Date },
): boolean {
  if (!lastDueAt || !since || since > lastDueAt) return false;
  if (now.getTime() - lastDueAt.getTime() < graceMs) return false;
  return lastScheduledAt === null || scheduleKey(lastScheduledAt) < scheduleKey(lastDueAt);
}
