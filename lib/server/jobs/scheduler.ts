import { describeCause, describeError, PneumoscopeError } from "@/lib/errors";
import { finishKeyRotation, manifestSigningKey } from "@/lib/node/secrets";
import { isDue, parseCron } from "@/lib/schedule/cron-times";
import { type ServerContext, serverContext } from "@/lib/server/context";
import { readServerEnv, type ServerEnv } from "@/lib/server/env";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { findActiveKey } from "@/lib/server/model-versions/signing-keys";
import { syncPointer } from "@/lib/server/model-versions/sync-pointer";
import { startNotificationDispatcher } from "@/lib/server/notifications/start-dispatcher";
import { readPromotionPolicy } from "@/lib/server/promotion-policy";
import { syncReadingAccess } from "@/lib/server/settings/reading-access";
import { listUnfinishedRuns } from "@/lib/server/training-runs/runs";
import { readSchedule } from "@/lib/server/training-runs/schedule";
import { type ExecuteOptions, executeRun } from "./execute-run";
import { scheduledRun } from "./scheduled-run";
import { RunInterrupted } from "./steps";
import { stopUnwantedJob } from "./stop-unwanted-job";
import { currentLock, releaseDeadLock } from "./trainer-lock";

export interface Scheduler {
  /** What the daily tick does. */
  tick(now?: Date): Promise<void>;
  /** Mends what a crash, a full disk or a lost database left between record and pointer. */
  repair(): Promise<void>;
  /** Repairs, then goes on with runs that nobody is working on. */
  resume(): Promise<void>;
  /** Does what is due: the schedule's run, and what people asked for in another process. */
  lookAtClock(now?: Date): Promise<void>;
  stop(): void;
}

/** Times and limits that tests make short. */
export interface SchedulerOptions
  extends Pick<ExecuteOptions, "leaseMs" | "follow" | "waitForLockMs" | "cancelPollMs"> {
  resumeEveryMs?: number;
}

// Next bundles this module into several routes; the scheduler must be one.
const shared = globalThis as typeof globalThis & { pneumoscopeScheduler?: Scheduler };

/** The scheduler of this process, where one has started. */
export function currentScheduler(): Scheduler | undefined {
  return shared.pneumoscopeScheduler;
}

const lookEveryMs = 30_000;
/** What fell due so long before this process began is made up for: another one was just being replaced. */
const startUpMs = 15 * 60_000;

const defaultResumeEveryMs = 5 * 60_000;
const defaultWaitForLockMs = 12 * 60 * 60_000;

/**
 * Repairs what a crash may have left between record and pointer, then, where no Inngest is configured, runs the
 * daily loop in this process and takes up interrupted runs.
 */
export async function startScheduler(
  context: ServerContext = serverContext(),
  env: ServerEnv = readServerEnv(),
  options: SchedulerOptions = {},
): Promise<Scheduler> {
  const scheduler = createScheduler(context, env, options);
  await scheduler.repair();
  stopWith(scheduler, startNotificationDispatcher(context, env.notifications, logNotification));
  if (env.usesInngest) return scheduler;
  const clock = setInterval(() => void scheduler.lookAtClock(), lookEveryMs);
  clock.unref();
  stopWith(scheduler, () => clearInterval(clock));
  shared.pneumoscopeScheduler = scheduler;
  stopWith(scheduler, () => {
    if (shared.pneumoscopeScheduler === scheduler) delete shared.pneumoscopeScheduler;
  });
  void scheduler.resume();
  return scheduler;
}

function stopWith(scheduler: Scheduler, alsoStop: () => void): void {
  const { stop } = scheduler;
  scheduler.stop = () => {
    alsoStop();
    stop();
  };
}

/** The baseline is in the record, the pointer names the champion, and a key change that was cut off is finished. */
export async function reconcile(context: Pick<ServerContext, "database" | "store">): Promise<void> {
  const { db } = await context.database();
  await registerBaseline(db, context.store);
  await syncPointer(db, context.store);
  await syncReadingAccess(db, context.store);
  const active = await findActiveKey(db);
  if (active) await finishKeyRotation(active.keyId);
}

export function createScheduler(
  context: ServerContext,
  env: ServerEnv,
  { resumeEveryMs = defaultResumeEveryMs, ...execution }: SchedulerOptions = {},
): Scheduler {
  const stopping = new AbortController();
  const working = new Set<string>();
  let missed: Date | null = null;
  const timer = env.usesInngest ? undefined : setInterval(() => void resume(), resumeEveryMs);
  timer?.unref();

  async function work(runId: string): Promise<void> {
    if (working.has(runId)) return;
    working.add(runId);
    try {
      const { db } = await context.database();
      await executeRun(runId, {
        db,
        store: context.store,
        signingKey: await manifestSigningKey(),
        trainer: await context.trainer(),
        policy: await readPromotionPolicy(db, env),
        dataRemote: env.dataRemote,
        maxBadShare: env.maxBadShare,
        log: (line) => log(`${runId}: ${line}`),
        waitForLockMs: defaultWaitForLockMs,
        ...execution,
        signal: stopping.signal,
      });
    } catch (error) {
      if (error instanceof RunInterrupted) return;
      const code = error instanceof PneumoscopeError ? `${error.code}: ` : "";
      log(`${runId}: ${code}${describeError(error)}`);
    } finally {
      working.delete(runId);
    }
  }

  async function tick(now = new Date()): Promise<void> {
    await repair();
    try {
      const { db } = await context.database();
      const run = await scheduledRun(db, env, now);
      if (run.state === "queued" || run.state === "running") await work(run.id);
    } catch (error) {
      missed = now;
      log(`the daily run could not start; it is tried again: ${describeCause(error)}`);
    }
  }

  /** A record that was away for a moment must not cost the day. */
  async function makeUpForMissedTick(): Promise<void> {
    if (!missed) return;
    const at = missed;
    missed = null;
    await tick(at);
  }

  let lookedAt = new Date(Date.now() - startUpMs);
  async function lookAtClock(now = new Date()): Promise<void> {
    try {
      const { db } = await context.database();
      const schedule = await readSchedule(db, env);
      const due = !schedule.paused && isDue(parseCron(schedule.cron), lookedAt, now);
      lookedAt = now;
      if (due) await tick(now);
      const asked = (await listUnfinishedRuns(db)).some(
        ({ id, state, trigger }) => state === "queued" && trigger === "person" && !working.has(id),
      );
      if (asked) await resume();
    } catch (error) {
      log(`the schedule could not be looked at; it is tried again: ${describeCause(error)}`);
    }
  }

  async function repair(): Promise<void> {
    await reconcile(context).catch((error) => log(`record and pointer: ${describeCause(error)}`));
  }

  async function resume(): Promise<void> {
    await repair();
    try {
      const { db } = await context.database();
      await releaseDeadLock(db);
      await stopUnwantedJob(db, context, log);
      const held = await currentLock(db);
      for (const run of await listUnfinishedRuns(db)) {
        if (run.id === held?.runId || working.has(run.id)) continue;
        log(`${run.id}: taken up again at “${run.stage ?? "its start"}”`);
        await work(run.id);
      }
    } catch (error) {
      log(`interrupted runs could not be looked up: ${describeCause(error)}`);
    }
    await makeUpForMissedTick();
  }

  return {
    tick,
    repair,
    resume,
    lookAtClock,
    stop() {
      clearInterval(timer);
      stopping.abort();
    },
  };
}

function log(line: string): void {
  process.stderr.write(`retrain: ${line}\n`);
}

function logNotification(line: string): void {
  process.stderr.write(`notifications: ${line}\n`);
}

/** Starts the scheduler without waiting: pages must come up even when the record or the trainer cannot. */
export function startSchedulerInBackground(): void {
  void startScheduler().catch((error: unknown) => {
    process.stderr.write(`retrain: the scheduler did not start: ${describeError(error)}\n`);
  });
}
