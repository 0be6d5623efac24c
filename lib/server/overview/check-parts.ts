import { desc, eq } from "drizzle-orm";
import { modelVersions, trainingRuns } from "@/drizzle/schema";
import { parseCron } from "@/lib/schedule/cron-times";
import {
  type AskedPart,
  askDatabase,
  askPart,
  askStorage,
  askTrainer,
  rawReason,
} from "@/lib/server/ask-parts";
import type { ServerContext } from "@/lib/server/context";
import type { ServerEnv } from "@/lib/server/env";
import { describeSchedule } from "@/lib/server/training-runs/schedule";
import { isOverdue, lastDue } from "./schedule";

/** A part that answers, how quickly, and what it said; `why` it does not is for administrators. */
export type PartState<Said> =
  | ({ ok: true; tookMs: number } & Said)
  | { ok: false; reason: "late" | "failed"; why?: string };

type SchedulerEnv = Pick<ServerEnv, "retrainCron" | "retrainPreset" | "usesInngest">;

/** Asks every part that the control room stands on, each within five seconds. Never throws. */
export async function checkParts(
  context: ServerContext,
  env: SchedulerEnv,
  { tellsWhy }: { tellsWhy: boolean },
) {
  const [database, trainer, storage, scheduler] = await Promise.all([
    askDatabase(context),
    askTrainer(context),
    askStorage(context),
    askPart("scheduler", () => schedulerState(context, env)),
  ]);
  return {
    database: shown(database, tellsWhy),
    trainer: shown(trainer, tellsWhy),
    storage: shown(storage, tellsWhy),
    scheduler: shown(scheduler, tellsWhy),
  };
}

function shown<Said>(part: AskedPart<Said>, tellsWhy: boolean): PartState<Said> {
  if (part.ok) return part;
  const { reason, error } = part;
  return { ok: false, reason, ...(tellsWhy && { why: rawReason(error) }) };
}

async function schedulerState({ database }: ServerContext, env: SchedulerEnv) {
  const { db } = await database();
  const now = new Date();
  const [schedule, [first], [last]] = await Promise.all([
    describeSchedule(db, env, now),
    db.select({ at: modelVersions.publishedAt }).from(modelVersions).where(eq(modelVersions.serial, 1)),
    db
      .select({ at: trainingRuns.createdAt })
      .from(trainingRuns)
      .where(eq(trainingRuns.trigger, "schedule"))
      .orderBy(desc(trainingRuns.createdAt))
      .limit(1),
  ]);
  const lastDueAt = schedule.paused ? null : lastDue(parseCron(schedule.cron), now);
  const since = first && schedule.changedAt && schedule.changedAt > first.at ? schedule.changedAt : first?.at;
  return {
    runner: env.usesInngest ? ("inngest" as const) : ("process" as const),
    nextAt: schedule.next[0] ?? null,
    lastDueAt,
    isOff: schedule.paused,
    isOverdue: isOverdue(lastDueAt, { since: since ?? null, lastScheduledAt: last?.at ?? null, now }),
  };
}
