import { Cron } from "croner";
import { PneumoscopeError } from "@/lib/errors";

const dayMs = 24 * 60 * 60_000;

/**
 * A schedule of five cron fields in UTC.
 * @throws SCHEDULE_INVALID also where it never comes true, as on 30 February
 */
export function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  if (text.length > 100 || fields.length !== 5) throw invalid(text);
  let cron: Cron;
  try {
    cron = new Cron(fields.join(" "), { timezone: "UTC" });
  } catch (error) {
    throw invalid(text, error);
  }
  if (!cron.nextRun()) throw invalid(text);
  return cron;
}

function invalid(text: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "SCHEDULE_INVALID",
    `“${text.slice(0, 100)}” is not a schedule of five cron fields that comes true some day.`,
    { cause },
  );
}

/** Whether the schedule came true after `after` and not later than `until`. */
export function isDue(cron: Cron, after: Date, until: Date): boolean {
  const next = cron.nextRun(after);
  return next !== null && next <= until;
}

/** The next times after `from`, the first of each UTC day: there is one scheduled run a day. */
export function nextTimes(cron: Cron, from: Date, count: number): Date[] {
  const times: Date[] = [];
  let after = from;
  while (times.length < count) {
    const next = cron.nextRun(after);
    if (!next) break;
    times.push(next);
    after = new Date(Math.floor(next.getTime() / dayMs) * dayMs + dayMs - 1);
  }
  return times;
}
