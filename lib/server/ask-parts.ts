import { mkdir, statfs } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { describeCause, PneumoscopeError } from "@/lib/errors";
import { dataDirectory } from "@/lib/node/data-directory";
import { withinTime } from "@/lib/time-limit";
import type { ServerContext } from "./context";

/** What pages, record and retraining stand on. */
export type PartName = "database" | "trainer" | "storage" | "scheduler";

/** A part that answers, how quickly, and what it said; or what was thrown. */
export type AskedPart<Said> =
  | ({ ok: true; tookMs: number } & Said)
  | { ok: false; reason: "late" | "failed"; error: unknown };

export const partLimitMs = 5_000;

// Next bundles this module into several routes; what was told last is the process's.
const shared = globalThis as typeof globalThis & { pneumoscopePartProblems?: Map<PartName, string> };

/** Asks a part, within five seconds, and logs when it begins to fail, fails otherwise, or is well again. Never throws. */
export async function askPart<Said extends object>(
  part: PartName,
  look: () => Promise<Said>,
): Promise<AskedPart<Said>> {
  const startedAt = performance.now();
  try {
    const said = await withinTime(partLimitMs, look());
    noteProblem(part, null);
    return { ok: true, tookMs: performance.now() - startedAt, ...said };
  } catch (error) {
    noteProblem(part, rawReason(error));
    return { ok: false, reason: performance.now() - startedAt >= partLimitMs ? "late" : "failed", error };
  }
}

/** With hosts and paths: for the log and for administrators. */
export function rawReason(error: unknown): string {
  return (error instanceof PneumoscopeError ? error.message : describeCause(error)) || "no reason was given";
}

function noteProblem(part: PartName, problem: string | null): void {
  shared.pneumoscopePartProblems ??= new Map();
  const problems = shared.pneumoscopePartProblems;
  // Times and process numbers in it make no other problem.
  const kind = problem?.replace(/\d+/g, "0");
  if (problems.get(part) === kind) return;
  if (kind === undefined) problems.delete(part);
  else problems.set(part, kind);
  process.stderr.write(`web: ${part} ${problem === null ? "is well again" : `is not well: ${problem}`}\n`);
}

export function askDatabase({ database }: ServerContext) {
  return askPart("database", async () => {
    const { db, kind } = await database();
    await db.execute(sql`select 1`);
    return { kind };
  });
}

export function askTrainer({ trainer }: ServerContext) {
  return askPart("trainer", async () => {
    const { engine, queueLength } = await (await trainer()).health();
    return { engine, waiting: queueLength };
  });
}

export function askStorage({ store }: ServerContext) {
  return askPart("storage", async () => {
    await store.writePointer("health/probe", String(Date.now()));
    return { freeBytes: await freeBytes() };
  });
}

/** Of the disk that holds this machine's files. */
async function freeBytes(): Promise<number> {
  await mkdir(dataDirectory(), { recursive: true });
  const { bavail, bsize } = await statfs(dataDirectory());
  return bavail * bsize;
}
