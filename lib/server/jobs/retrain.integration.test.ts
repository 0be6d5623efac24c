import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { asc, eq } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import {
  auditEvents,
  decisions,
  epochMetrics,
  modelVersions,
  notifications,
  predictions,
  runSteps,
  trainingRuns,
} from "@/drizzle/schema";
import { countProbabilities } from "@/lib/in-use/statistics";
import { readCurrentManifest, readCurrentModel } from "@/lib/node/current-model";
import { runStages } from "@/lib/run-search/run-states";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { fakeTrainerClient, fakeWeights } from "@/lib/server/testing/fake-trainer-client";
import { patientsFrom, writeDataset } from "@/lib/server/testing/installation-files";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun, requireRun } from "@/lib/server/training-runs/runs";
import { trainingConfig } from "@/lib/training/training-config";
import { type ExecuteOptions, executeRun } from "./execute-run";
import { RunInterrupted } from "./steps";
import { acquireTrainerLock, newLockHolder } from "./trainer-lock";

let deployment: TestDeployment;
let trainer: ReturnType<typeof fakeTrainerClient>;
let lines: string[];

withDeployment("test", {}, async (made) => {
  deployment = made;
  trainer = fakeTrainerClient({ store: deployment.store, skill: 0.9 });
  lines = [];
  await registerBaseline(deployment.db, deployment.store);
});

let runs = 0;
const config = trainingConfig("demo", ["epochs=3"]);

async function newRun(changes: { key?: string; source?: string; trigger?: "command" | "schedule" } = {}) {
  const { key = `test:${++runs}`, source = deployment.dataset, trigger = "command" } = changes;
  return createRun(deployment.db, { trigger, key, source, config });
}

async function execute(runId: string, changes: Partial<ExecuteOptions> = {}) {
  return executeRun(runId, {
    db: deployment.db,
    store: deployment.store,
    signingKey: deployment.signingKey,
    trainer: trainer.client,
    log: (line) => lines.push(line),
    follow: { firstPauseMs: 1, longestPauseMs: 2, maxFailures: 4 },
    ...changes,
  });
}

async function loop(changes: Parameters<typeof newRun>[0] = {}, options: Partial<ExecuteOptions> = {}) {
  const run = await newRun(changes);
  return execute(run.id, options);
}

async function actions(): Promise<string[]> {
  const rows = await deployment.db.select().from(auditEvents).orderBy(asc(auditEvents.id));
  return rows.map((row) => row.action);
}

async function championStays(): Promise<void> {
  expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
  expect(await deployment.db.select().from(modelVersions)).toHaveLength(1);
}

describe("a better challenger", () => {
  it("is published, with everything on the record", async () => {
    const outcome = await loop();
    expect(outcome).toMatchObject({ outcome: "promoted", version: "v2" });
    const run = await requireRun(deployment.db, outcome.runId);
    expect(run).toMatchObject({
      state: "succeeded",
      stage: "notify",
      engine: "fake",
      datasetDigest: outcome.datasetDigest,
      validationProbabilities: countProbabilities([0.1, 0.2, 0.8, 0.9]),
    });

    const current = await readCurrentModel(deployment.store);
    expect(current.origin).toBe("published");
    expect(current.weightsBytes).toEqual(Buffer.from(fakeWeights(0.9)));
    expect(current.manifest).toMatchObject({
      serial: 2,
      version: "v2",
      previousVersion: "v1",
      trainingRun: { id: run.id, preset: "demo", engine: "fake" },
      dataset: { digest: run.datasetDigest, images: 72, patients: 72 },
      threshold: { probability: 0.5, targetSensitivity: 0.95 },
    });
    expect(current.manifest.dataset.heldOutImages).toBe(current.manifest.metrics.n);
    expect(current.manifest.metrics.auc.value).toBe(1);

    const heldOut = current.manifest.dataset.heldOutImages;
    const rows = await deployment.db.select().from(predictions);
    expect(rows).toHaveLength(2 * heldOut);
    expect(new Set(rows.map((row) => row.split))).toEqual(new Set(["test"]));
    const epochs = await deployment.db.select().from(epochMetrics).orderBy(asc(epochMetrics.epoch));
    expect(epochs.map((epoch) => [epoch.epoch, epoch.train_loss])).toEqual([
      [1, 1],
      [2, 0.5],
      [3, 1 / 3],
    ]);
    const [decision] = await deployment.db.select().from(decisions);
    expect(decision).toMatchObject({ outcome: "promote", championSerial: 1 });
    expect(decision?.comparison.challenger).toEqual(current.manifest.metrics);
    expect(await actions()).toEqual([
      "model_version.registered",
      "training_run.started",
      "dataset_version.recorded",
      "dataset_version.checked",
      "model_version.published",
      "training_run.succeeded",
    ]);
    expect(lines.filter((line) => /^[a-z ]+$/.test(line))).toEqual(runStages);
  });

  it("is followed by a skipped run while there is nothing new, and by a real one when there is", async () => {
    const first = await loop();
    const second = await loop();
    expect(second).toMatchObject({ outcome: "skipped", datasetDigest: first.datasetDigest });
    expect(second.reason).toContain(first.runId);
    expect(await requireRun(deployment.db, second.runId)).toMatchObject({
      state: "skipped",
      reason: second.reason,
    });
    expect(trainer.client.start).toHaveBeenCalledTimes(3);

    await writeDataset(deployment.dataset, patientsFrom(300, 4));
    trainer.control.salt = "again";
    const third = await loop();
    expect(third.outcome).toBe("kept");
    expect(third.datasetDigest).not.toBe(first.datasetDigest);
    const sides = async (digest: string | null) => {
      const rows = await deployment.db.select().from(predictions);
      return new Set(rows.filter((row) => row.datasetDigest === digest).map((row) => row.patientId));
    };
    const before = await sides(first.datasetDigest);
    const after = await sides(third.datasetDigest);
    for (const patient of before) expect(after).toContain(patient);
  });

  it("is told to the team once, with what decided", async () => {
    const run = await newRun();
    await expect(
      execute(run.id, {
        log: (line) => {
          if (line === "notify") throw new RunInterrupted("killed");
        },
      }),
    ).rejects.toThrow("killed");
    await execute(run.id);
    const rows = await deployment.db.select().from(notifications);
    expect(rows.map(({ content }) => content.title)).toEqual(["Model version v2 was promoted"]);
    expect(rows[0]?.content.text).toMatch(/auc-better passed: AUC/);
    expect(rows[0]?.content.facts).toContainEqual({ name: "replaces", value: "v1" });
  });
});

describe("a challenger that is not better", () => {
  it("is kept out, with the reasons", async () => {
    trainer.control.skill = 0;
    const outcome = await loop();
    expect(outcome).toMatchObject({ outcome: "kept", version: null });
    expect(outcome.reason).toContain("AUC");
    await championStays();
    expect(await actions()).toContain("model_version.kept");
    const [told] = await deployment.db.select().from(notifications);
    expect(told?.content.title).toMatch(/^A challenger was rejected by .*auc-better/);
    expect(await requireRun(deployment.db, outcome.runId)).toMatchObject({ state: "succeeded" });
  });

  it("is compared without asking again what the champion says", async () => {
    trainer.control.skill = 0;
    await loop();
    const other = await createRun(deployment.db, {
      trigger: "command",
      key: "other",
      source: deployment.dataset,
      config: { ...config, seed: 99 },
    });
    await execute(other.id);
    const jobs = [...trainer.jobs.keys()].map((id) => id.replace(/^run-\d+-\d+-[0-9a-f]+-/, ""));
    expect(jobs).toEqual([
      "train",
      "evaluate-champion",
      "evaluate-challenger",
      "train",
      "evaluate-challenger",
    ]);
  });
});

describe("a trainer in trouble", () => {
  it("that is down for a moment costs nothing", async () => {
    trainer.control.failNext = 3;
    expect((await loop()).outcome).toBe("promoted");
  });

  it("that stays down fails the run and leaves the champion alone", async () => {
    trainer.control.failNext = 1000;
    const run = await newRun();
    await expect(execute(run.id)).rejects.toMatchObject({ code: "TRAINER_UNREACHABLE" });
    expect(trainer.client.start).toHaveBeenCalledTimes(4);
    expect(await requireRun(deployment.db, run.id)).toMatchObject({
      state: "failed",
      stage: "train",
      errorCode: "TRAINER_UNREACHABLE",
    });
    await championStays();
  });

  it("that stalls is cancelled", async () => {
    trainer.control.hang = true;
    const run = await newRun();
    await expect(execute(run.id, { follow: { stallMs: 50 } })).rejects.toMatchObject({
      code: "TRAINER_JOB_FAILED",
    });
    expect(trainer.client.cancel).toHaveBeenCalledWith(`${run.id}-train`);
    await championStays();
  });

  it("whose predictions are of other cases decides nothing", async () => {
    const { put } = deployment.store;
    vi.spyOn(deployment.store, "put").mockImplementation(async (bytes) => {
      const text = new TextDecoder().decode(bytes);
      if (!text.startsWith('[{"caseId"')) return put(bytes);
      return put(new TextEncoder().encode(JSON.stringify(JSON.parse(text).slice(1))));
    });
    const run = await newRun();
    await expect(execute(run.id)).rejects.toMatchObject({ code: "TRAINER_JOB_FAILED" });
    await championStays();
  });
});

describe("bad data", () => {
  it("in one file is named and left out", async () => {
    await writeFile(path.join(deployment.dataset, "NORMAL", "broken.png"), "not a picture");
    expect((await loop()).outcome).toBe("promoted");
    expect(lines.find((line) => line.includes("left out: NORMAL/broken.png"))).toBeDefined();
  });

  it.each([
    ["too many broken files", "DATASET_TOO_MANY_BAD_FILES", "broken0.png"],
    ["an empty class", "DATASET_INVALID", "PNEUMONIA"],
    ["no folder", "DATASET_NOT_FOUND", "dataset"],
  ])("%s fails the run", async (problem, code, named) => {
    if (problem === "no folder") await rm(deployment.dataset, { recursive: true });
    else if (problem === "an empty class")
      await rm(path.join(deployment.dataset, "PNEUMONIA"), { recursive: true });
    else {
      for (let index = 0; index < 12; index++)
        await writeFile(path.join(deployment.dataset, "NORMAL", `broken${index}.png`), "no");
    }
    const run = await newRun();
    await expect(execute(run.id)).rejects.toMatchObject({ code, message: expect.stringContaining(named) });
    expect(await requireRun(deployment.db, run.id)).toMatchObject({
      state: "failed",
      errorCode: code,
      stage: "look",
    });
    expect(trainer.client.start).not.toHaveBeenCalled();
    await championStays();
  });

  it("that nobody has delivered yet skips a scheduled run", async () => {
    const outcome = await loop({ trigger: "schedule", source: path.join(deployment.folder, "inbox") });
    expect(outcome).toMatchObject({ outcome: "skipped", datasetDigest: null });
  });

  it("that vanishes after it was read does not matter", async () => {
    const outcome = await loop(
      {},
      {
        log: (line) => {
          if (line === "dataset version") void rm(deployment.dataset, { recursive: true });
        },
      },
    );
    expect(outcome.outcome).toBe("promoted");
  });
});

describe("an interrupted run", () => {
  it.each(runStages)("at “%s” goes on there", async (stage) => {
    const run = await newRun();
    const crash = (line: string) => {
      if (line === stage) throw new RunInterrupted("killed");
    };
    await expect(execute(run.id, { log: crash })).rejects.toThrow("killed");
    expect(await requireRun(deployment.db, run.id)).toMatchObject({ state: "running" });
    const finishedBefore = await finishedSteps(run.id);
    const outcome = await execute(run.id);
    expect(outcome).toMatchObject({ outcome: "promoted", version: "v2" });
    expect(trainer.jobs.size).toBe(3);
    const steps = await deployment.db.select().from(runSteps).where(eq(runSteps.runId, run.id));
    for (const step of steps)
      expect(step.attempts, step.name).toBe(finishedBefore.has(step.name) ? 1 : step.attempts);
    expect(await deployment.db.select().from(modelVersions)).toHaveLength(2);
    expect((await actions()).filter((action) => action === "model_version.published")).toHaveLength(1);
    expect((await actions()).filter((action) => action === "training_run.started")).toHaveLength(1);
  });

  async function finishedSteps(runId: string): Promise<Set<string>> {
    const steps = await deployment.db.select().from(runSteps).where(eq(runSteps.runId, runId));
    return new Set(steps.filter((step) => step.finishedAt).map((step) => step.name));
  }

  it("by a signal while it trains keeps the job for later", async () => {
    trainer.control.hang = true;
    const stop = new AbortController();
    const run = await newRun();
    const attempt = execute(run.id, { signal: stop.signal });
    await vi.waitFor(() => expect(trainer.client.start).toHaveBeenCalled(), 20_000);
    stop.abort();
    await expect(attempt).rejects.toThrow(RunInterrupted);
    expect(trainer.client.cancel).not.toHaveBeenCalled();
    trainer.control.hang = false;
    expect((await execute(run.id)).outcome).toBe("promoted");
  });
});

describe("one training at a time", () => {
  it("refuses a second run, and takes the lock of a dead process", async () => {
    const other = { runId: "run-other", holder: "somewhere else" };
    expect(await acquireTrainerLock(deployment.db, other, 60_000)).toBe(true);
    const run = await newRun();
    await expect(execute(run.id)).rejects.toMatchObject({
      code: "RUN_IN_PROGRESS",
      message: expect.stringContaining("run-other"),
    });
    expect(await requireRun(deployment.db, run.id)).toMatchObject({ state: "queued" });

    const { db } = deployment;
    expect(await acquireTrainerLock(db, other, -1000)).toBe(true);
    const dead = newLockHolder("run-dead");
    dead.holder = JSON.stringify({ ...JSON.parse(dead.holder), pid: 2 ** 22 - 1, startTicks: "1" });
    expect(await acquireTrainerLock(db, dead, 60_000)).toBe(true);
    expect((await execute(run.id)).outcome).toBe("promoted");
  });

  it("waits for its turn when told to", async () => {
    await acquireTrainerLock(deployment.db, { runId: "run-other", holder: "x" }, 700);
    expect((await loop({}, { waitForLockMs: 10_000, leaseMs: 1000 })).outcome).toBe("promoted");
  });

  it("ends an attempt whose lock another took over", async () => {
    trainer.control.hang = true;
    const run = await newRun();
    const attempt = execute(run.id, { leaseMs: 200 });
    attempt.catch(() => undefined);
    await vi.waitFor(() => expect(trainer.client.start).toHaveBeenCalled(), 20_000);
    const { trainerLock } = await import("@/drizzle/schema");
    await deployment.db
      .update(trainerLock)
      .set({ holder: "thief", expiresAt: new Date(Date.now() + 60_000) });
    await expect(attempt).rejects.toThrow(RunInterrupted);
  });
});

it("is one run per key", async () => {
  const first = await newRun({ key: "schedule:2026-11-21" });
  const second = await newRun({ key: "schedule:2026-11-21" });
  expect(second.id).toBe(first.id);
  expect(await deployment.db.select().from(trainingRuns)).toHaveLength(1);
});
