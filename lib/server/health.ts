import { sql } from "drizzle-orm";
import { z } from "zod";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { withinTime } from "@/lib/time-limit";
import type { ServerContext } from "./context";

const partHealth = z.object({ ok: z.boolean(), detail: z.string() });
export type PartHealth = z.infer<typeof partHealth>;

export const healthAnswer = z.object({
  ok: z
    .boolean()
    .describe("whether pages and the record work; without the trainer only retraining stands still"),
  web: partHealth,
  database: partHealth,
  trainer: partHealth,
  storage: partHealth,
});
export type Health = z.infer<typeof healthAnswer>;

const timeoutMs = 5_000;

/** Looks at every part. Never throws. */
export async function checkHealth(context: ServerContext): Promise<Health> {
  const [database, trainer, storage] = await Promise.all([
    check(async () => {
      const { db, kind } = await context.database();
      await db.execute(sql`select 1`);
      return kind;
    }),
    check(async () => {
      const { engine, queueLength } = await (await context.trainer()).health();
      return `${engine ?? "looking for an engine"}, ${queueLength} waiting`;
    }),
    check(async () => {
      const probe = String(Date.now());
      await context.store.writePointer("health/probe", probe);
      return "writable";
    }),
  ]);
  const web = { ok: true, detail: "answers" };
  return { ok: database.ok && storage.ok, web, database, trainer, storage };
}

async function check(look: () => Promise<string>): Promise<PartHealth> {
  try {
    return { ok: true, detail: await withinTime(timeoutMs, look()) };
  } catch (error) {
    const detail = error instanceof PneumoscopeError ? error.userMessage : describeError(error);
    return { ok: false, detail };
  }
}
