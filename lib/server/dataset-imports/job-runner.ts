import { and, asc, eq, inArray, isNull, lt, or, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type DatasetJob, type DatasetJobPhase, datasetJobs } from "@/drizzle/schema";
import { describeCause, describeError, PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { type ServerContext, serverContext } from "@/lib/server/context";
import { readServerEnv } from "@/lib/server/env";
import { doJob, type JobDependencies } from "./do-job";
import { deleteUploadFolder, sweepUploads } from "./end-uploads";

export interface JobRunner {
  /** Works on what is queued, unless that is being done. Resolves when nothing is left. */
  wake(): Promise<void>;
  stop(): void;
}

export interface JobRunnerOptions extends Pick<JobDependencies, "dataRemote" | "maxBadShare"> {
  heartbeatMs?: number;
  /** After so long without a sign of life a job's process is taken for dead, and the job is done again. */
  deadAfterMs?: number;
  lookEveryMs?: number;
  log?: (line: string) => void;
}

/** Does queued imports and checks in this process, one after the other. */
export function createJobRunner(
  context: Pick<ServerContext, "database" | "store">,
  options: JobRunnerOptions,
): JobRunner {
  const { lookEveryMs = 60_000, deadAfterMs = 30_000, log = logLine } = options;
  const stopping = new AbortController();
  let working: Promise<void> | undefined;
  const timer = setInterval(() => void wake(), lookEveryMs).unref();

  async function work(): Promise<void> {
    try {
      const { db } = await context.database();
      await sweepUploads(db);
      for (;;) {
        const job = await claimJob(db, deadAfterMs);
        if (!job || stopping.signal.aborted) return;
        await workOn({ ...options, db, store: context.store }, job, stopping.signal, log);
      }
    } catch (error) {
      log(`imports could not be looked up: ${describeCause(error)}`);
    }
  }

  /** Whoever wakes while work is done waits for the look after it: it may have come too late for this one. */
  function wake(): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve();
    const started = (working ?? Promise.resolve()).then(work);
    working = started;
    return started;
  }

  return {
    wake,
    stop() {
      clearInterval(timer);
      stopping.abort();
    },
  };
}

/** The oldest job that nobody works on, now this process's. */
async function claimJob(db: Database, deadAfterMs: number): Promise<DatasetJob | null> {
  const dead = new Date(Date.now() - deadAfterMs);
  return db.transaction(async (tx) => {
    const [next] = await tx
      .select({ id: datasetJobs.id })
      .from(datasetJobs)
      .where(
        or(
          eq(datasetJobs.state, "queued"),
          and(
            eq(datasetJobs.state, "running"),
            or(isNull(datasetJobs.heartbeatAt), lt(datasetJobs.heartbeatAt, dead)),
          ),
        ),
      )
      .orderBy(asc(datasetJobs.createdAt))
      .limit(1)
      .for("update", { skipLocked: true });
    if (!next) return null;
    const [job] = await tx
      .update(datasetJobs)
      .set({ state: "running", startedAt: sql`coalesce(started_at, now())`, heartbeatAt: new Date() })
      .where(eq(datasetJobs.id, next.id))
      .returning();
    return job ?? null;
  });
}

type WorkDependencies = Pick<JobDependencies, "db" | "store" | "dataRemote" | "maxBadShare"> & {
  heartbeatMs?: number;
};

async function workOn(
  { heartbeatMs = 1_000, ...dependencies }: WorkDependencies,
  job: DatasetJob,
  stop: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  const { db } = dependencies;
  const cancelled = new AbortController();
  let progress: { phase: DatasetJobPhase | null; done: number; total: number } = {
    phase: null,
    done: 0,
    total: 0,
  };
  const beat = setInterval(() => {
    void saveProgress(db, job.id, progress)
      .then((isWanted) => isWanted || cancelled.abort())
      .catch((error) => log(`${job.id}: ${describeCause(error)}`));
  }, heartbeatMs);
  try {
    await doJob(
      {
        ...dependencies,
        signal: AbortSignal.any([stop, cancelled.signal]),
        onProgress(made) {
          progress = made;
        },
        async onRecorded(summary) {
          await db
            .update(datasetJobs)
            .set({ summary, datasetDigest: summary.digest })
            .where(eq(datasetJobs.id, job.id));
        },
      },
      job,
    );
    await endJob(db, job, { state: "succeeded" });
  } catch (error) {
    // It is this process that ends: whoever comes next goes on.
    if (stop.aborted) return;
    if (!cancelled.signal.aborted) await failJob(db, job, error, log);
  } finally {
    clearInterval(beat);
  }
  if (job.input.uploadId) await deleteUploadFolder(job.input.uploadId);
}

/** @returns whether the job is still wanted */
async function saveProgress(
  db: Database,
  id: string,
  progress: { phase: DatasetJobPhase | null; done: number; total: number },
): Promise<boolean> {
  const saved = await db
    .update(datasetJobs)
    .set({ ...progress, heartbeatAt: new Date() })
    .where(and(eq(datasetJobs.id, id), eq(datasetJobs.state, "running")))
    .returning({ id: datasetJobs.id });
  return saved.length > 0;
}

async function failJob(
  db: Database,
  job: DatasetJob,
  error: unknown,
  log: (line: string) => void,
): Promise<void> {
  const known = error instanceof PneumoscopeError ? error : null;
  if (!known)
    log(`${job.id}: ${error instanceof Error ? (error.stack ?? error.message) : describeError(error)}`);
  const errorCode = known?.code ?? null;
  const reason = (known?.userMessage ?? "Something went wrong on the server; its log says what.").slice(
    0,
    4_000,
  );
  await endJob(db, job, { state: "failed", errorCode, reason });
}

async function endJob(
  db: Database,
  { id, kind, title, actor }: DatasetJob,
  end: Pick<Partial<DatasetJob>, "errorCode" | "reason"> & { state: "succeeded" | "failed" },
): Promise<void> {
  await db.transaction(async (tx) => {
    const ended = await tx
      .update(datasetJobs)
      .set({ ...end, finishedAt: new Date() })
      .where(and(eq(datasetJobs.id, id), inArray(datasetJobs.state, ["running"])))
      .returning({ id: datasetJobs.id });
    if (ended.length === 0 || end.state === "succeeded") return;
    const { errorCode, reason } = end;
    await recordAuditEvent(tx, {
      action: "dataset_job.failed",
      actor,
      entityId: id,
      details: { kind, title, errorCode, reason },
    });
  });
}

function logLine(line: string): void {
  process.stderr.write(`data: ${line}\n`);
}

// Next bundles this module into several routes; the runner must be one.
const shared = globalThis as typeof globalThis & { pneumoscopeJobRunner?: JobRunner };

/** This process's runner, made on first use. */
export function sharedJobRunner(): JobRunner {
  if (!shared.pneumoscopeJobRunner) {
    const { dataRemote, maxBadShare } = readServerEnv();
    shared.pneumoscopeJobRunner = createJobRunner(serverContext(), { dataRemote, maxBadShare });
  }
  return shared.pneumoscopeJobRunner;
}

/** Goes on with imports that an earlier process began. Pages come up even where the record does not. */
export function startJobRunnerInBackground(): void {
  try {
    void sharedJobRunner().wake();
  } catch (error) {
    logLine(`imports cannot be worked on: ${describeError(error)}`);
  }
}
