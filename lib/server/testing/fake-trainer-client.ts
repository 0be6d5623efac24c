import { setTimeout as delay } from "node:timers/promises";
import { vi } from "vitest";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { PneumoscopeError } from "@/lib/errors";
import { exampleRefusal } from "@/lib/manifest/manifest.fixture";
import { createRandom } from "@/lib/random";
import type { TrainerClient } from "@/lib/server/trainer-client";
import type { CasePrediction, EpochMetrics, JobStatus, TrainerJob, TrainerResult } from "@/lib/training/job";

export interface FakeTrainerOptions {
  store: ArtifactStore;
  /** How well the trained model tells the classes apart: 0 not at all, 1 perfectly. */
  skill: number;
  /** Makes weights differ between trainings of equal skill. */
  salt?: string;
}

/** Weights of a known skill, as the fake trainer writes and reads them. */
export function fakeWeights(skill: number, salt = ""): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ skill, salt }));
}

/**
 * A trainer that does no arithmetic but moves real data: it reads the listing and every image it would train on
 * from the store, writes weights, and predicts the cases that it is asked for.
 */
export function fakeTrainerClient(options: FakeTrainerOptions) {
  const { store } = options;
  const jobs = new Map<string, { job: TrainerJob; history: JobStatus[] }>();
  const control = { skill: options.skill, salt: options.salt ?? "", failNext: 0, hang: false };

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
    health: async () => ({
      ok: true as const,
      version: "0",
      engine: "fake",
      queueLength: 0,
      runningJobId: null,
    }),
  } satisfies TrainerClient;
  return { client, control, jobs };
}

async function work(
  job: TrainerJob,
  store: ArtifactStore,
  control: { skill: number; salt: string },
): Promise<JobStatus[]> {
  const base = { jobId: job.jobId, kind: job.kind, engine: "fake", epochs: [] as EpochMetrics[] };
  const listing = parseListing(await store.get(job.datasetDigest));
  if (job.kind === "evaluate") {
    const cases = listing.cases.filter((item) => job.splits.includes(item.split));
    const result = await predict(store, job.weightsDigest, cases, job.conditions);
    return [
      { ...base, state: "queued" },
      { ...base, state: "succeeded", result },
    ];
  }
  await store.get(job.initialWeightsDigest);
  const training = listing.cases.filter((item) => item.split === "train");
  for (const item of training) await store.get(item.digest);
  const weights = await store.put(fakeWeights(control.skill, control.salt));
  const epochs = Array.from({ length: job.config.epochs }, (_, index) => epochOf(index + 1));
  const progress = { phase: "train", done: 0, total: training.length };
  return [
    { ...base, state: "queued" },
    ...epochs.map((_, index) => ({
      ...base,
      state: "running" as const,
      progress,
      epochs: epochs.slice(0, index + 1),
    })),
    {
      ...base,
      state: "succeeded",
      epochs,
      result: {
        kind: "train",
        engine: "fake",
        weightsDigest: weights.digest,
        weightsSizeBytes: weights.sizeBytes,
        bestEpoch: epochs.length,
        epochs,
        temperature: 1,
        threshold: 0.5,
        uncertainBand: { low: 0.4, high: 0.6 },
        refusal: exampleRefusal(),
        knownAnswers: [{ seed: 1, size: 224, logit: 0.5 }],
        trainingImages: training.length,
        trainingPatients: new Set(training.map((item) => item.patientId)).size,
        durationMs: 1000,
        imagesPerSecond: 10,
      },
    },
  ];
}

async function predict(
  store: ArtifactStore,
  weightsDigest: Digest,
  cases: ReturnType<typeof parseListing>["cases"],
  conditions: string[] | undefined,
): Promise<TrainerResult> {
  const { skill } = JSON.parse(new TextDecoder().decode(await store.get(weightsDigest))) as { skill: number };
  const random = createRandom(7);
  const reading = (label: 0 | 1) => skill * (label === 1 ? 6 : -6) + (1 - skill) * 6 * (random.next() - 0.5);
  const predictions = cases.map(
    ({ caseId, patientId, split, label }): CasePrediction => ({
      caseId,
      patientId,
      split,
      label,
      logit: reading(label),
      ...(conditions ? { perturbedLogits: conditions.map(() => reading(label)) } : {}),
    }),
  );
  const { digest } = await store.put(new TextEncoder().encode(JSON.stringify(predictions)));
  return { kind: "evaluate", engine: "fake", predictionsDigest: digest, cases: cases.length, durationMs: 5 };
}

function epochOf(epoch: number): EpochMetrics {
  return {
    epoch,
    train_loss: 1 / epoch,
    train_accuracy: 0.9,
    val_loss: 1.1 / epoch,
    val_accuracy: 0.88,
    precision: 0.9,
    recall: 0.95,
    specificity: null,
    f1: 0.92,
    auc: 0.97,
    learningRate: 0.001,
    durationMs: 500,
  };
}
