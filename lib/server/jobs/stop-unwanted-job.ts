import type { Database } from "@/drizzle/client";
import type { ServerContext } from "@/lib/server/context";
import { stopTrainerJob } from "./stop-trainer-job";
import { hasEnded } from "./watch-cancel";

/**
 * Stops what the trainer does for a run that has ended: one that was away when its run ended takes the job up again
 * when it is back, for nobody. A trainer that does not answer is asked again at the next look.
 */
export async function stopUnwantedJob(
  db: Database,
  context: Pick<ServerContext, "trainer">,
  log: (line: string) => void,
): Promise<void> {
  try {
    const trainer = await context.trainer();
    const { runningJobId } = await trainer.health();
    const runId = runningJobId && runOfJob(runningJobId);
    if (!runId || !(await hasEnded(db, runId))) return;
    log(`${runId}: the trainer still works for it, and is stopped`);
    await stopTrainerJob(trainer, runId);
  } catch {
    // It is asked again at the next look.
  }
}

/** The run that a job belongs to, by the names that the loop gives its jobs. */
export function runOfJob(jobId: string): string {
  return jobId.replace(/-(train|evaluate-\w+|\w+-on-[0-9a-f]+)$/, "");
}
