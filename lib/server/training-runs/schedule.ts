import { eq, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { trainingRuns, trainingSchedule } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { nextTimes, parseCron } from "@/lib/schedule/cron-times";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import type { ServerEnv } from "@/lib/server/env";
import { presetNames } from "@/lib/training/training-config";

type ScheduleEnv = Pick<ServerEnv, "retrainCron" | "retrainPreset">;

export interface Schedule {
  /** Five cron fields, in UTC. */
  cron: string;
  preset: string;
  paused: boolean;
  /** Null where the environment says it, since nobody has changed it here. */
  changedBy: string | null;
  changedAt: Date | null;
}

// Any constant will do; it only has to be the same in every process.
const scheduleLock = 5_520_741_369;

const cronWhenOff = "0 3 * * *";

/** When the loop looks by itself: the record's schedule, else the environment's. */
export async function readSchedule(db: DatabaseOrTransaction, env: ScheduleEnv): Promise<Schedule> {
  const [row] = await db.select().from(trainingSchedule);
  if (row) {
    const { id: _, ...schedule } = row;
    return schedule;
  }
  const off = env.retrainCron === "off";
  return {
    cron: off ? cronWhenOff : env.retrainCron,
    preset: env.retrainPreset,
    paused: off,
    changedBy: null,
    changedAt: null,
  };
}

/** The schedule with its next three times, today's left out once it has run; none while it is paused. */
export async function describeSchedule(db: Database, env: ScheduleEnv, now = new Date()) {
  const schedule = await readSchedule(db, env);
  if (schedule.paused) return { ...schedule, next: [] };
  const today = now.toISOString().slice(0, 10);
  const [ran] = await db
    .select({ id: trainingRuns.id })
    .from(trainingRuns)
    .where(eq(trainingRuns.key, scheduleKey(now)));
  const from = ran ? new Date(`${today}T23:59:59.999Z`) : now;
  return { ...schedule, next: nextTimes(parseCron(schedule.cron), from, 3) };
}

/** A scheduled run is its day's, in UTC. */
export function scheduleKey(now: Date): string {
  return `schedule:${now.toISOString().slice(0, 10)}`;
}

/** Changes the schedule for whatever runs the loop. @throws SCHEDULE_INVALID, CONFIG_INVALID */
export async function changeSchedule(
  db: Database,
  env: ScheduleEnv,
  { actor, ...change }: { actor: string; cron?: string; preset?: string; paused?: boolean },
): Promise<void> {
  if (change.cron !== undefined) parseCron(change.cron);
  if (change.preset !== undefined && !presetNames.includes(change.preset))
    throw new PneumoscopeError("CONFIG_INVALID", `There is no training preset “${change.preset}”.`);
  await db.transaction(async (tx) => {
    // Before anyone has changed it there is no row to lock, and two changes at once must not undo each other.
    await tx.execute(sql`select pg_advisory_xact_lock(${scheduleLock})`);
    const { changedAt: _at, changedBy: _by, ...before } = await readSchedule(tx, env);
    const after = { ...before, ...change };
    const values = { ...after, changedAt: new Date(), changedBy: actor };
    await tx
      .insert(trainingSchedule)
      .values({ id: 1, ...values })
      .onConflictDoUpdate({ target: trainingSchedule.id, set: values });
    await recordAuditEvent(tx, {
      action: "training_schedule.changed",
      actor,
      entityId: "training_schedule",
      details: { before, after },
    });
  });
}
