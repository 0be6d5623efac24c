import { isDeepStrictEqual } from "node:util";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { JobCheckpoint, JobProgress, JobStatus, TrainerJob } from "@/lib/training/job";
import { finalStates, type JobFolder, type JobRecord } from "./job-folder";
import type { JobRunner, RunningJob } from "./job-runner";

export interface JobQueue {
  /** Reads the jobs on disk, queues those that were interrupted and starts the first. */
  open(): Promise<void>;
  /**
   * Idempotent by `jobId`: a queued, running, succeeded or cancelled job is returned as it is; a failed one is
   * queued again and resumes at its checkpoint. @throws CONFIG_INVALID when the id belongs to another job
   */
  start(job: TrainerJob): Promise<JobStatus>;
  /** @throws TRAINER_JOB_NOT_FOUND */
  status(jobId: string): JobStatus;
  /** Resolves when the job's process is gone. @throws TRAINER_JOB_NOT_FOUND */
  cancel(jobId: string): Promise<JobStatus>;
  /** Calls back with every change of a job until the returned function is called. */
  watch(jobId: string, listener: (status: JobStatus) => void): () => void;
  /** Of the jobs that have ended: what they keep to be taken up again. */
  checkpoints(): Promise<JobCheckpoint[]>;
  /** Removes it; a job that failed begins anew when it is started again. @throws TRAINER_JOB_NOT_FOUND, CONFIG_INVALID before its end */
  removeCheckpoint(jobId: string): Promise<void>;
  summary(): { queueLength: number; runningJobId: string | null };
  /** Stops the running job; it is queued again on disk, for the next start. */
  close(): Promise<void>;
}

export interface QueueOptions {
  folder: JobFolder;
  runner: JobRunner;
  /** Called once a job has ended, and at start for each ended job whose callback is not delivered. */
  onEnd(record: JobRecord): void;
  log(line: string): void;
  now?: () => Date;
}

/** For so long after its end a job is known by its id; its result is on the web's record long before. */
const keptDays = 30;
const dayMs = 24 * 60 * 60_000;

/** One job at a time, in the order asked for. Every state is on disk before anyone is told. */
export function createJobQueue({
  folder,
  runner,
  onEnd,
  log,
  now = () => new Date(),
}: QueueOptions): JobQueue {
  const records = new Map<string, JobRecord>();
  const listeners = new Map<string, Set<(status: JobStatus) => void>>();
  const cancelling = new Set<string>();
  let running: { jobId: string; process: RunningJob; settled: Promise<void> } | null = null;
  let closing = false;

  async function update(record: JobRecord, change: Partial<JobStatus>, persist = true): Promise<void> {
    record.status = { ...record.status, ...change };
    if (change.state) record.endedAt = finalStates.has(change.state) ? now().toISOString() : null;
    if (persist) await folder.save(record);
    for (const listener of listeners.get(record.job.jobId) ?? []) listener(record.status);
  }

  function nextQueued(): JobRecord | undefined {
    return [...records.values()]
      .filter((record) => record.status.state === "queued")
      .sort((a, b) => a.queuedAt.localeCompare(b.queuedAt))[0];
  }

  function startNext(): void {
    if (closing || running) return;
    const record = nextQueued();
    if (!record) return;
    const { jobId } = record.job;
    const process = runner.run(record.job, folder.directoryOf(jobId), {
      engine: (engine) => void update(record, { engine }).catch(reportWriteFailure),
      progress: (progress) => void addProgress(record, progress).catch(reportWriteFailure),
    });
    running = { jobId, process, settled: settle(record, process) };
  }

  async function settle(record: JobRecord, process: RunningJob): Promise<void> {
    const { jobId } = record.job;
    try {
      await update(record, { state: "running" });
      log(`${jobId}: running`);
      const outcome = await process.done.then(
        (result): Partial<JobStatus> => ({ state: "succeeded", result }),
        (error: unknown): Partial<JobStatus> => endedWithout(jobId, error),
      );
      await update(record, outcome);
      log(`${jobId}: ${outcome.state}${outcome.error ? `: ${outcome.error.message}` : ""}`);
      if (finalStates.has(record.status.state)) onEnd(record);
    } catch (error) {
      reportWriteFailure(error);
      await process.stop();
      record.status = {
        ...record.status,
        state: "failed",
        error: {
          code: "DISK_FULL",
          message: `The state of job ${jobId} could not be written: ${describeError(error)}`,
        },
      };
      for (const listener of listeners.get(jobId) ?? []) listener(record.status);
    } finally {
      cancelling.delete(jobId);
      running = null;
      startNext();
    }
  }

  function endedWithout(jobId: string, error: unknown): Partial<JobStatus> {
    if (cancelling.has(jobId)) {
      return { state: "cancelled", error: { code: "TRAINING_CANCELLED", message: "The job was cancelled." } };
    }
    if (closing) return { state: "queued" };
    const code = error instanceof PneumoscopeError ? error.code : "TRAINER_JOB_FAILED";
    return { state: "failed", error: { code, message: describeError(error) } };
  }

  /** A resumed job repeats the epoch in which it was interrupted: the later figures replace the earlier. */
  async function addProgress(record: JobRecord, progress: JobProgress): Promise<void> {
    const { epochMetrics } = progress;
    const epochs = epochMetrics
      ? [...record.status.epochs.filter(({ epoch }) => epoch < epochMetrics.epoch), epochMetrics]
      : record.status.epochs;
    await update(record, { progress, epochs }, epochMetrics !== undefined);
  }

  function reportWriteFailure(error: unknown): void {
    log(`job state not written: ${describeError(error)}`);
  }

  function find(jobId: string): JobRecord {
    const record = records.get(jobId);
    if (record) return record;
    throw new PneumoscopeError(
      "TRAINER_JOB_NOT_FOUND",
      `This trainer knows no job ${jobId}. Start it with POST /jobs.`,
    );
  }

  /** Whether a job ended long ago and whoever asked to be called back has been. */
  function isForgettable({ job, endedAt, callbackDelivered }: JobRecord): boolean {
    const isTold = !job.callbackUrl || callbackDelivered;
    return isTold && endedAt !== null && now().getTime() - Date.parse(endedAt) > keptDays * dayMs;
  }

  /** What still has a checkpoint stays: the web has those removed that nobody takes up again. */
  async function forgetOldJobs(): Promise<void> {
    for (const record of [...records.values()].filter(isForgettable)) {
      const { jobId } = record.job;
      if ((await folder.checkpointBytes(jobId)) > 0) continue;
      // Meanwhile it may have been started again.
      if (records.get(jobId) !== record || !isForgettable(record)) continue;
      records.delete(jobId);
      await folder.remove(jobId);
    }
  }

  function tidyUp(): void {
    void forgetOldJobs().catch((error) => log(`old jobs are still there: ${describeError(error)}`));
  }

  async function add(job: TrainerJob): Promise<JobRecord> {
    const record: JobRecord = {
      job,
      status: { jobId: job.jobId, kind: job.kind, state: "queued", epochs: [] },
      queuedAt: now().toISOString(),
      callbackDelivered: false,
      endedAt: null,
    };
    records.set(job.jobId, record);
    try {
      await folder.save(record);
    } catch (error) {
      records.delete(job.jobId);
      throw error;
    }
    tidyUp();
    return record;
  }

  async function startAgain(record: JobRecord, job: TrainerJob): Promise<void> {
    if (!isDeepStrictEqual({ ...record.job, callbackUrl: "" }, { ...job, callbackUrl: "" })) {
      throw new PneumoscopeError(
        "CONFIG_INVALID",
        `Job id ${job.jobId} belongs to a job with other settings. Use a new jobId.`,
      );
    }
    record.job = job;
    if (record.status.state !== "failed") return;
    const { error: _error, result: _result, ...status } = record.status;
    record.status = status;
    record.callbackDelivered = false;
    await update(record, { state: "queued" });
  }

  return {
    async open() {
      const { records: stored, unreadable } = await folder.load();
      for (const name of unreadable) log(`${name}: job.json cannot be read; the job is ignored`);
      for (const record of stored) {
        records.set(record.job.jobId, record);
        if (record.status.state === "running") await update(record, { state: "queued" });
        if (!finalStates.has(record.status.state)) continue;
        // Of a record from before it had it, the end is unknown: its time begins now.
        if (!record.endedAt) await update(record, { state: record.status.state });
        if (!record.callbackDelivered) onEnd(record);
      }
      tidyUp();
      startNext();
    },
    async start(job) {
      const known = records.get(job.jobId);
      if (known) await startAgain(known, job);
      const record = known ?? (await add(job));
      startNext();
      return record.status;
    },
    status: (jobId) => find(jobId).status,
    async cancel(jobId) {
      const record = find(jobId);
      if (running?.jobId === jobId) {
        cancelling.add(jobId);
        const { process, settled } = running;
        await process.stop();
        await settled;
      } else if (record.status.state === "queued") {
        await update(record, {
          state: "cancelled",
          error: { code: "TRAINING_CANCELLED", message: "The job was cancelled before it started." },
        });
        onEnd(record);
      }
      return record.status;
    },
    watch(jobId, listener) {
      const { jobId: id } = find(jobId).job;
      const set = listeners.get(id) ?? new Set();
      set.add(listener);
      listeners.set(id, set);
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(id);
      };
    },
    async checkpoints() {
      const ended = [...records.values()].filter(({ status }) => finalStates.has(status.state));
      const found: JobCheckpoint[] = [];
      for (const { job } of ended) {
        const sizeBytes = await folder.checkpointBytes(job.jobId);
        if (sizeBytes > 0) found.push({ jobId: job.jobId, sizeBytes });
      }
      return found;
    },
    async removeCheckpoint(jobId) {
      if (!finalStates.has(find(jobId).status.state))
        throw new PneumoscopeError("CONFIG_INVALID", `Job ${jobId} has not ended: it keeps its checkpoint.`);
      await folder.removeCheckpoint(jobId);
    },
    summary() {
      const queueLength = [...records.values()].filter(({ status }) => status.state === "queued").length;
      return { queueLength, runningJobId: running?.jobId ?? null };
    },
    async close() {
      closing = true;
      const current = running;
      await runner.stopAll();
      await current?.settled;
    },
  };
}
