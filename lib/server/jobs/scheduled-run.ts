import type { Database } from "@/drizzle/client";
import type { TrainingRun } from "@/drizzle/schema";
import type { ServerEnv } from "@/lib/server/env";
import { createRun } from "@/lib/server/training-runs/runs";
import { readSchedule, scheduleKey } from "@/lib/server/training-runs/schedule";
import { trainingConfig } from "@/lib/training/training-config";

/** Today's run: however often this is called on a day (UTC), it is one run. */
export async function scheduledRun(db: Database, env: ServerEnv, now: Date): Promise<TrainingRun> {
  return createRun(
    db,
    {
      trigger: "schedule",
      key: scheduleKey(now),
      source: env.retrainData,
      config: trainingConfig((await readSchedule(db, env)).preset),
    },
    now,
  );
}

/** The run that an event asked for; the same event twice is one run. */
export async function requestedRun(
  db: Database,
  env: ServerEnv,
  request: { eventId: string; source?: string | undefined; preset?: string | undefined },
): Promise<TrainingRun> {
  return createRun(db, {
    trigger: "event",
    key: `event:${request.eventId}`,
    source: request.source ?? env.retrainData,
    config: trainingConfig(request.preset ?? env.retrainPreset),
  });
}
