import { cron, NonRetriableError } from "inngest";
import type { Database } from "@/drizzle/client";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { manifestSigningKey } from "@/lib/node/secrets";
import { isDue, parseCron } from "@/lib/schedule/cron-times";
import { type ServerContext, serverContext } from "@/lib/server/context";
import { readServerEnv, type ServerEnv } from "@/lib/server/env";
import { flushNotifications } from "@/lib/server/notifications/flush";
import { readPromotionPolicy } from "@/lib/server/promotion-policy";
import { openRunLog } from "@/lib/server/training-runs/log";
import {
  endAbandonedRuns,
  endIfCancelled,
  recordEpochs,
  recordProgress,
  requireRun,
} from "@/lib/server/training-runs/runs";
import { readSchedule } from "@/lib/server/training-runs/schedule";
import type { JobStatus, TrainerJob } from "@/lib/training/job";
import { inngest, retrainRequested } from "./inngest-client";
import { inngestSteps } from "./inngest-steps";
import { retrain } from "./retrain";
import { requestedRun, scheduledRun } from "./scheduled-run";
import { reconcile } from "./scheduler";
import { cancelJob, jobStatus } from "./stop-trainer-job";
import { stopUnwantedJob } from "./stop-unwanted-job";
import { acquireTrainerLock, releaseTrainerLock, renewTrainerLock } from "./trainer-lock";
import { hasEnded, isCancelled } from "./watch-cancel";

export interface InngestDependencies {
  context?: ServerContext;
  env?: ServerEnv;
}

/** Longer than the longest time between two looks at the trainer. */
const leaseMs = 30 * 60_000;
/** Longer than a function can live with all of its waits. */
const abandonedAfterDays = 7;
const lookCron = "*/15 * * * *";
const lookEveryMs = 15 * 60_000;
const lockPause = "5m";
const lockTries = 144;

/** The loop as an Inngest function: daily, and on the event «pneumoscope/retrain.requested». */
export function createRetrainFunction({
  context = serverContext(),
  env = readServerEnv(),
}: InngestDependencies = {}) {
  return inngest.createFunction(
    // The schedule is in the record, where people change it: this only looks whether it has come true.
    { id: "retrain", name: "Retrain", retries: 3, triggers: [cron(lookCron), retrainRequested] },
    async ({ event, step }) => {
      const runId = await step.run("create run", async () => {
        const { db } = await context.database();
        const at = new Date(event.ts ?? Date.now());
        const isRequest = (event.name as string) === retrainRequested.name;
        await stopUnwantedJob(db, context, (line) => process.stderr.write(`retrain: ${line}\n`));
        if (!isRequest && !(await isScheduleDue(db, at))) return null;
        await reconcile(context);
        await endAbandonedRuns(db, abandonedAfterDays);
        if (isRequest) {
          const { source, preset, runId: asked } = retrainRequested.schema.parse(event.data);
          if (asked !== undefined) return (await requireRun(db, asked)).id;
          return (await requestedRun(db, env, { eventId: event.id ?? crypto.randomUUID(), source, preset }))
            .id;
        }
        return (await scheduledRun(db, env, at)).id;
      });
      if (runId === null) return { outcome: "not due" };
      const ended = await step.run("is it done already", () => runHasEnded(runId));
      if (ended) return { runId, outcome: "already done" };
      if (!(await takeLock(runId))) return { runId, outcome: "ended while it waited" };
      try {
        return await retrain(
          inngestSteps({ step, ...trainerCalls(context, runId, env), takeLockAgain }),
          await dependencies(runId),
          runId,
        );
      } catch (error) {
        // The run is in the record as failed; trying the whole function again would change nothing.
        throw new NonRetriableError(describeError(error), { cause: error });
      } finally {
        await step.run("release lock", async () => {
          await releaseTrainerLock((await context.database()).db, lockOf(runId));
          return null;
        });
        // A function of a serverless host has no process that would send them later.
        await step.run("send notifications", async () =>
          flushNotifications((await context.database()).db, logNotification, { settings: env.notifications }),
        );
      }

      async function isScheduleDue(db: Database, at: Date): Promise<boolean> {
        const { paused, cron: text } = await readSchedule(db, env);
        return !paused && isDue(parseCron(text), new Date(at.getTime() - lookEveryMs), at);
      }

      async function runHasEnded(id: string): Promise<boolean> {
        return hasEnded((await context.database()).db, id);
      }

      /** @returns false where the run was ended meanwhile */
      async function takeLock(id: string, label = ""): Promise<boolean> {
        for (let attempt = 1; attempt <= lockTries; attempt++) {
          const found = await step.run(`${label}take lock ${attempt}`, async () => {
            const { db } = await context.database();
            // Whoever cancels it may have been cut off before the run's end.
            await endIfCancelled(db, id);
            if (await hasEnded(db, id)) return "ended";
            return (await acquireTrainerLock(db, lockOf(id), leaseMs)) ? "mine" : "taken";
          });
          if (found !== "taken") return found === "mine";
          await step.sleep(`${label}wait for the lock ${attempt}`, lockPause);
        }
        throw new Error("RUN_IN_PROGRESS: another run kept the trainer for half a day.");
      }

      async function takeLockAgain(label: string): Promise<void> {
        if (await takeLock(runId ?? "", label)) return;
        throw new PneumoscopeError(
          "TRAINING_CANCELLED",
          `Run ${runId} was ended while it waited for the trainer.`,
        );
      }

      async function dependencies(id: string) {
        const { db } = await context.database();
        return {
          db,
          store: context.store,
          signingKey: await manifestSigningKey(),
          policy: await readPromotionPolicy((await context.database()).db, env),
          dataRemote: env.dataRemote,
          maxBadShare: env.maxBadShare,
          log: (line: string) => {
            process.stderr.write(`retrain: ${id}: ${line}\n`);
            const kept = openRunLog(db, id);
            kept.log(line);
            void kept.close();
          },
        };
      }
    },
  );
}

function logNotification(line: string): void {
  process.stderr.write(`notifications: ${line}\n`);
}

function lockOf(runId: string) {
  return { runId, holder: "inngest" };
}

function trainerCalls(context: ServerContext, runId: string, env: ServerEnv) {
  const callbackUrl = new URL("/api/trainer/callback", env.publicUrl).href;
  return {
    async dispatch(job: TrainerJob): Promise<JobStatus> {
      const trainer = await context.trainer();
      const started = await trainer.start({ ...job, callbackUrl });
      const stopped = (await cancelled()) ? await cancelJob(trainer, job.jobId) : null;
      return stopped ?? started;
    },
    async poll(jobId: string): Promise<JobStatus | null> {
      const trainer = await context.trainer();
      if (await cancelled()) return cancelJob(trainer, jobId);
      if (!(await renewLock())) return null;
      const status = await jobStatus(trainer, jobId);
      if (!status) return null;
      const { db } = await context.database();
      if (status.progress) await recordProgress(db, runId, status.progress);
      if (status.kind === "train") await recordEpochs(db, runId, status.epochs);
      return status;
    },
    async cancel(jobId: string): Promise<void> {
      await cancelJob(await context.trainer(), jobId);
    },
    isCancelled: cancelled,
    renewLock,
  };

  async function cancelled(): Promise<boolean> {
    return isCancelled((await context.database()).db, runId);
  }

  async function renewLock(): Promise<boolean> {
    return renewTrainerLock((await context.database()).db, lockOf(runId), leaseMs);
  }
}
