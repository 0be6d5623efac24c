import { sql } from "drizzle-orm";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { withinTime } from "@/lib/time-limit";
import type { ServerContext } from "./context";

export interface PartHealth {
  ok: boolean;
  detail: string;
}

export interface Health {
  /** Whether pages and the record work. Without the trainer only retraining stands still. */
  ok: boolean;
  web: PartHealth;
  database: PartHealth;
  trainer: PartHealth;
  storage: PartHealth;
}

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
