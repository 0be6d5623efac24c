import { mkdir, statfs } from "node:fs/promises";
import { desc, eq, sql } from "drizzle-orm";
import { modelVersions, trainingRuns } from "@/drizzle/schema";
import { dataDirectory } from "@/lib/node/data-directory";
import type { ServerContext } from "@/lib/server/context";
import { withinTime } from "@/lib/time-limit";
import { isOverdue, scheduleTimes } from "./schedule";

/** A part that answers, how quickly, and what it said. */
export type PartState<Said> =
  | ({ ok: true; tookMs: number } & Said)
  | { ok: false; reason: "late" | "failed" };

const limitMs = 5_000;
/** Asks every part that the control room stands on, each within five seconds. Never throws. */
export async function checkParts(context: ServerContext, env: { retrainCron: string; usesInngest: boolean }) {
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

async function schedulerState(
  { database }: ServerContext,
  { retrainCron, usesInngest }: { retrainCron: string; usesInngest: boolean },
) {
  const { db } = await database();
  const [[first], [last]] = await Promise.all([
    db.select({ at: modelVersions.publishedAt }).from(modelVersions).where(eq(modelVersions.serial, 1)),
    db
      .select({ at: trainingRuns.createdAt })
      .from(trainingRuns)
      .where(eq(trainingRuns.trigger, "schedule"))
      .orderBy(desc(trainingRuns.createdAt))
      .limit(1),
  ]);
  const now = new Date();
  const times = scheduleTimes(retrainCron, now);
  return {
    runner: usesInngest ? ("inngest" as const) : ("process" as const),
    ...times,
    isOff: retrainCron === "off",
    isOverdue: isOverdue(times, { since: first?.at ?? null, lastScheduledAt: last?.at ?? null, now }),
  };
}
