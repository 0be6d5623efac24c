import { setTimeout as delay } from "node:timers/promises";
import { vi } from "vitest";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import type { TrainerClient } from "@/lib/server/trainer-client";
import type { EpochMetrics, JobStatus, TrainerJob } from "@/lib/training/job";
import { fakeEpoch, fakePredictions, fakeTrainResult, fakeWeights, readTrainingImages } from "./fake-work";

export interface FakeTrainerOptions {
  store: ArtifactStore;
  /** How well the trained model tells the classes apart: 0 not at all, 1 perfectly. */
  skill: number;
  /** Makes weights differ between trainings of equal skill. */
  salt?: string;
}

export { fakeWeights };

/**
 * A trainer that does no arithmetic but moves real data: it reads the listing and every image it would train on
 * from the store, writes weights, and predicts the cases that it is asked for.
 */
export function fakeTrainerClient(options: FakeTrainerOptions) {
  const { store } = options;
  const jobs = new Map<string, { job: TrainerJob; history: JobStatus[] }>();
  /** Of jobs that have ended, by their ids. */
  const checkpoints = new Set<string>();
  const control = {
    skill: options.skill,
    salt: options.salt ?? "",
    failNext: 0,
    hang: false,
    parityDifference: 0.001,
  };

  function requireUp(): void {
    if (control.failNext <= 0) return;
    control.failNext--;
    throw new PneumoscopeError(
      "TRAINER_UNREACHABLE",
      "The trainer at http://fake cannot be used: connection refused.",
    );
  }

  function historyOf(jobId: string): JobStatus[] {
    const entry = jobs.get(jobId);
    if (!entry) throw new PneumoscopeError("TRAINER_JOB_NOT_FOUND", `There is no job ${jobId}.`);
    return entry.history;
  }

  const client = {
    start: vi.fn(async (job: TrainerJob): Promise<JobStatus> => {
      requireUp();
      if (!jobs.has(job.jobId)) jobs.set(job.jobId, { job, history: await work(job, store, control) });
      const history = historyOf(job.jobId);
      return history[0] as JobStatus;
    }),
    status: vi.fn(async (jobId: string): Promise<JobStatus> => {
      requireUp();
      return historyOf(jobId).at(-1) as JobStatus;
    }),
    async *events(jobId: string, signal?: AbortSignal): AsyncGenerator<JobStatus> {
      for (const status of historyOf(jobId)) {
        requireUp();
        if (control.hang && status.state !== "queued") await delay(60_000, undefined, { signal });
        yield status;
      }
    },
    cancel: vi.fn(async (jobId: string): Promise<JobStatus> => {
      const last = historyOf(jobId).at(-1) as JobStatus;
      return { ...last, state: "cancelled" };
    }),
    checkpoints: async () => [...checkpoints].map((jobId) => ({ jobId, sizeBytes: 1_000 })),
    removeCheckpoint: async (jobId: string) => void checkpoints.delete(jobId),
    health: async () => ({
      ok: true as const,
      version: "0",
      engine: "fake",
      queueLength: 0,
      runningJobId: null,
    }),
  } satisfies TrainerClient;
  return { client, control, jobs, checkpoints };
}

async function work(
  job: TrainerJob,
  store: ArtifactStore,
  control: { skill: number; salt: string; parityDifference: number },
): Promise<JobStatus[]> {
  const base = { jobId: job.jobId, kind: job.kind, engine: "fake", epochs: [] as EpochMetrics[] };
  if (job.kind === "evaluate") {
    const result = await fakePredictions("fake", store, job, control.parityDifference);
    return [
      { ...base, state: "queued" },
      { ...base, state: "succeeded", result },
    ];
  }
  const training = await readTrainingImages(store, job);
  const weights = await store.put(fakeWeights(control.skill, control.salt));
  const epochs = Array.from({ length: job.config.epochs }, (_, index) => fakeEpoch(index + 1));
  const progress = { phase: "train", done: 0, total: training.images };
  return [
    { ...base, state: "queued" },
    ...epochs.map((_, index) => ({
      ...base,
      state: "running" as const,
      progress,
      epochs: epochs.slice(0, index + 1),
    })),
    { ...base, state: "succeeded", epochs, result: fakeTrainResult("fake", weights, epochs, training) },
  ];
}
