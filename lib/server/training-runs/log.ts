import { and, asc, desc, eq, gt, lt, lte } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type RunLogLine, runLogLines } from "@/drizzle/schema";

const mostLines = 2_000;
const longestLine = 1_000;
/** Lines that may stand over the limit before the oldest are removed. */
const slack = 100;
const flushAfterMs = 500;

export interface RunLog {
  log(line: string): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

/**
 * Keeps a run's lines in the record: its newest two thousand, each of at most a thousand characters. A record that is
 * away costs lines, never the run.
 */
export function openRunLog(db: Database, runId: string): RunLog {
  let waiting: { runId: string; at: Date; line: string }[] = [];
  let sinceTrim = slack;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    const lines = waiting.slice(-mostLines);
    waiting = [];
    if (lines.length === 0) return;
    await db.insert(runLogLines).values(lines);
    sinceTrim += lines.length;
    if (sinceTrim < slack) return;
    sinceTrim = 0;
    await trim(db, runId);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write).catch(() => undefined);
    return writing;
  }

  return {
    log(line) {
      waiting.push({ runId, at: new Date(), line: line.slice(0, longestLine) });
      timer ??= setTimeout(() => void flush(), flushAfterMs);
      timer.unref();
    },
    close: flush,
  };
}

async function trim(db: Database, runId: string): Promise<void> {
  const [oldest] = await db
    .select({ id: runLogLines.id })
    .from(runLogLines)
    .where(eq(runLogLines.runId, runId))
    .orderBy(desc(runLogLines.id))
    .offset(mostLines)
    .limit(1);
  if (!oldest) return;
  await db.delete(runLogLines).where(and(eq(runLogLines.runId, runId), lte(runLogLines.id, oldest.id)));
}

/** The newest lines in their order, or those before a line. */
export async function listLogLines(
  db: Database,
  runId: string,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<Omit<RunLogLine, "runId">[]> {
  const rows = await db
    .select({ id: runLogLines.id, at: runLogLines.at, line: runLogLines.line })
    .from(runLogLines)
    .where(and(eq(runLogLines.runId, runId), before === undefined ? undefined : lt(runLogLines.id, before)))
    .orderBy(desc(runLogLines.id))
    .limit(limit);
  return rows.reverse();
}

/** A run's whole log as text, in portions. */
export async function* logText(db: Database, runId: string): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const rows = await db
      .select()
      .from(runLogLines)
      .where(and(eq(runLogLines.runId, runId), gt(runLogLines.id, after)))
      .orderBy(asc(runLogLines.id))
      .limit(500);
    yield rows.map(({ at, line }) => `${at.toISOString()} ${line}\n`).join("");
    const last = rows.at(-1);
    if (!last || rows.length < 500) return;
    after = last.id;
  }
}
