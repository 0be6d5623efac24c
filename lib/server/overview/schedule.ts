import { Cron } from "croner";

export interface ScheduleTimes {
  /** Null where the schedule is off or never matches. */
  nextAt: Date | null;
  /** When a run fell due last. */
  lastDueAt: Date | null;
}

/** The times around `now` at which the loop looks for new data. @param cron five fields in UTC, or "off" */
export function scheduleTimes(cron: string, now: Date): ScheduleTimes {
  if (cron === "off") return { nextAt: null, lastDueAt: null };
  const job = new Cron(cron, { timezone: "UTC", paused: true });
  return { nextAt: job.nextRun(now), lastDueAt: job.previousRuns(1, now)[0] ?? null };
}

/** What a run may be late by: a process that starts up, a record that was away. */
const graceMs = 15 * 60_000;

/**
 * Whether the loop did not look when it should have, wherever it runs: no scheduled run since the last due time.
 * @param since the installation's beginning, or the schedule's: nothing was due before
 */
export function isOverdue(
  { lastDueAt }: ScheduleTimes,
  { since, lastScheduledAt, now }: { since: Date | null; lastScheduledAt: Date | null; now: Date },
): boolean {
  if (!lastDueAt || !since || since > lastDueAt) return false;
  if (now.getTime() - lastDueAt.getTime() < graceMs) return false;
  return lastScheduledAt === null || lastScheduledAt.getTime() < lastDueAt.getTime() - 1_000;
}
