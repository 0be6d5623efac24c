import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { trainingRuns } from "@/drizzle/schema";

export interface CancelWatch {
  /** Aborts once somebody cancels the run, or it has been ended elsewhere. */
  signal: AbortSignal;
  stop(): void;
}

/** Looks at once, then every `everyMs`, whether a run is to go on. A record that is away says nothing. */
export async function watchCancel(db: Database, runId: string, everyMs = 1_000): Promise<CancelWatch> {
  const cancelled = new AbortController();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    if (await isCancelled(db, runId).catch(() => false)) cancelled.abort();
    if (stopped || cancelled.signal.aborted) return;
    timer = setTimeout(() => void look(), everyMs);
    timer.unref();
  }

  await look();
  return {
    signal: cancelled.signal,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Whether somebody asked for the run's end and it has not yet come to another. */
export async function isCancelled(db: Database, runId: string): Promise<boolean> {
  const [run] = await db
    .select({ state: trainingRuns.state, cancelRequestedAt: trainingRuns.cancelRequestedAt })
    .from(trainingRuns)
    .where(eq(trainingRuns.id, runId));
  if (!run) return false;
  return run.state === "cancelled" || run.cancelRequestedAt !== null;
}

/** Whether a run of this record has come to its end; false for one that is not in it. */
export async function hasEnded(db: Database, runId: string): Promise<boolean> {
  const [run] = await db
    .select({ state: trainingRuns.state })
    .from(trainingRuns)
    .where(eq(trainingRuns.id, runId));
  return run !== undefined && run.state !== "queued" && run.state !== "running";
}
