import { readServerEnv } from "@/lib/server/env";
import { inngest, retrainRequested } from "./inngest-client";
import { currentScheduler } from "./scheduler";

/**
 * Gives a run that is in the record to whatever runs the loop. Without Inngest this process takes it up now, or, where
 * it runs no scheduler, the one that does within half a minute.
 */
export async function handOver(runId: string): Promise<void> {
  if (readServerEnv().usesInngest) await inngest.send(retrainRequested.create({ runId }, { id: runId }));
  else void currentScheduler()?.resume();
}
