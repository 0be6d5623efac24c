import { mkdir, statfs } from "node:fs/promises";
import { desc, eq, sql } from "drizzle-orm";
import { modelVersions, trainingRuns } from "@/drizzle/schema";
import { dataDirectory } from "@/lib/node/data-directory";
import { parseCron } from "@/lib/schedule/cron-times";
import type { ServerContext } from "@/lib/server/context";
import type { ServerEnv } from "@/lib/server/env";
import { describeSchedule } from "@/lib/server/training-runs/schedule";
import { withinTime } from "@/lib/time-limit";
import { isOverdue, lastDue } from "./schedule";

/** A part that answers, how quickly, and what it said. */
export type PartState<Said> =
  | ({ ok: true; tookMs: number } & Said)
  | { ok: false; reason: "late" | "failed" };

type SchedulerEnv = Pick<ServerEnv, "retrainCron" | "retrainPreset" | "usesInngest">;

const limitMs = 5_000;
/** Asks every part that the control room stands on, each within five seconds. Never throws. */
export async function checkParts(context: ServerContext, env: SchedulerEnv) {
  const [database, trainer, storage, scheduler] = await Promise.all([
    ask(async () => {
      const { db, kind } = await context.database();
      await db.execute(sql`select 1`);
      return { kind };
    }),
    ask(async () => {
      const { engine, queueLength } = await (await context.trainer()).health();
      return { engine, waiting: queueLength };
    }),
    ask(async () => {
      await context.store.writePointer("health/probe", String(Date.now()));
      return { freeBytes: await freeBytes() };
    }),
    ask(() => schedulerState(context, env)),
  ]);
  return { database, trainer, storage, scheduler };
}

async function ask<Said extends object>(look: () => Promise<Said>): Promise<PartState<Said>> {
  const startedAt = performance.now();
  try {
    const said = await withinTime(limitMs, look());
    return { ok: true, tookMs: performance.now() - startedAt, ...said };
  } catch {
    return { ok: false, reason: performance.now() - startedAt >= limitMs ? "late" : "failed" };
  }
}

/** Of the disk that holds this machine's files. */
async function freeBytes(): Promise<number> {
  await mkdir(dataDirectory(), { recursive: true });
  const { bavail, bsize } = await statfs(dataDirectory());
  return bavail * bsize;
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
