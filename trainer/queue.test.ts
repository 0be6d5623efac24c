import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type EvaluateJob, type TrainerResult, trainerJobSchema } from "@/lib/training/job";
import { createJobFolder, type JobRecord } from "./job-folder";
import { createJobQueue, type JobQueue } from "./queue";

const digest = `sha256:${"a".repeat(64)}` as const;
const today = new Date("2026-11-21T03:00:00.000Z");
const daysAgo = (days: number) => new Date(today.getTime() - days * 24 * 60 * 60_000).toISOString();
const jobOf = (jobId: string, callbackUrl?: string): EvaluateJob => ({
  kind: "evaluate",
  jobId,
  datasetDigest: digest,
  weightsDigest: digest,
  imageSize: 224,
  views: ["identity"],
  splits: ["test"],
  ...(callbackUrl ? { callbackUrl } : {}),
});
const result: TrainerResult = {
  kind: "evaluate",
  engine: "fake",
  predictionsDigest: digest,
  cases: 1,
  durationMs: 1,
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "queue-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function store(jobId: string, change: Partial<JobRecord> = {}): Promise<void> {
  const { job = jobOf(jobId) } = change;
  await createJobFolder(directory).save({
    job,
    status: { jobId, kind: "evaluate", state: "succeeded", epochs: [], result },
    queuedAt: daysAgo(90),
    callbackDelivered: false,
    endedAt: daysAgo(31),
    ...change,
  });
}

function openQueue(now = () => today) {
  const folder = createJobFolder(directory);
  const runner = {
    run: vi.fn(() => ({ done: Promise.resolve(result), stop: async () => undefined })),
    probeEngine: async () => "fake",
    stopAll: async () => undefined,
  };
  const queue = createJobQueue({ folder, runner, onEnd: () => undefined, log: () => undefined, now });
  return { queue, runner };
}
const idle = (queue: JobQueue) =>
  vi.waitFor(() => expect(queue.summary()).toEqual({ queueLength: 0, runningJobId: null }));
const kept = async () => (await readdir(directory)).sort();

it("forgets jobs that ended a month ago, but for those whose callback nobody took and those with a checkpoint", async () => {
  const url = "http://web.example/api/trainer/callback";
  await store("old");
  await store("old-told", { job: jobOf("old-told", url), callbackDelivered: true });
  await store("old-untold", { job: jobOf("old-untold", url) });
  await store("old-with-checkpoint");
  await writeFile(path.join(directory, "old-with-checkpoint", "checkpoint.safetensors"), "12345");
  await store("recent", { endedAt: daysAgo(29) });
  const { queue, runner } = openQueue();
  await queue.open();
  await vi.waitFor(async () => expect(await kept()).toEqual(["old-untold", "old-with-checkpoint", "recent"]));
  expect(() => queue.status("old")).toThrow(expect.objectContaining({ code: "TRAINER_JOB_NOT_FOUND" }));
  expect(queue.status("old-untold")).toMatchObject({ state: "succeeded", result });
  expect(runner.run).not.toHaveBeenCalled();
  // Asked for again it is another job, and stays.
  await queue.start(jobOf("old"));
  await idle(queue);
  expect(await kept()).toContain("old");
});

it("counts from the end, which a record without it takes to be the trainer's next start", async () => {
  await store("from-before", { endedAt: null });
  let now = today;
  const { queue } = openQueue(() => now);
  await queue.open();
  await queue.start(jobOf("a-month-long"));
  await idle(queue);
  const [first] = (await createJobFolder(directory).load()).records;
  expect(first).toMatchObject({ endedAt: today.toISOString() });
  now = new Date(daysAgo(-31));
  await queue.start(jobOf("next"));
  await vi.waitFor(async () => expect(await kept()).toEqual(["next"]));
  await idle(queue);
});

it("knows no job whose folder would not be its own", () => {
  for (const jobId of ["..", ".", ".hidden", "a/b", "", "x".repeat(81)])
    expect(trainerJobSchema.safeParse(jobOf(jobId)).success, jobId).toBe(false);
  expect(
    trainerJobSchema.safeParse(jobOf("run-20261121-030000-a1b2c3-champion-on-0123456789ab")).success,
  ).toBe(true);
});
