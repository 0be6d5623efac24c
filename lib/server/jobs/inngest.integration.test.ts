import path from "node:path";
import { InngestTestEngine, mockCtx } from "@inngest/test";
import { eq } from "drizzle-orm";
import type { Context } from "inngest";
import { describe, expect, it, vi } from "vitest";
import { trainerLock, trainingRuns } from "@/drizzle/schema";
import { readCurrentManifest } from "@/lib/node/current-model";
import type { ServerContext } from "@/lib/server/context";
import { readServerEnv } from "@/lib/server/env";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { cancelRun } from "@/lib/server/training-runs/cancel";
import { endRun, requireRun } from "@/lib/server/training-runs/runs";
import { changeSchedule } from "@/lib/server/training-runs/schedule";
import { createRetrainFunction } from "./inngest";
import { requestedRun } from "./scheduled-run";
import { acquireTrainerLock } from "./trainer-lock";

let deployment: TestDeployment;
let trainer: ReturnType<typeof fakeTrainerClient>;
let context: ServerContext;

withDeployment("test", {}, (made) => {
  deployment = made;
  trainer = fakeTrainerClient({ store: deployment.store, skill: 0.9 });
  context = {
    store: deployment.store,
    database: async () => deployment.database,
    trainer: async () => trainer.client,
  };
});

/** What the test engine does not model: waits end as on a timeout, sleeps end at once. */
interface Hooks {
  onSleep?: (name: string) => Promise<void>;
  onWait?: (name: string) => Promise<void>;
}

function withoutEngine(raw: Context.Any, { onSleep, onWait }: Hooks): Context.Any {
  const ctx = mockCtx(raw);
  const waitForEvent = async (name: string) => {
    await onWait?.(name);
    return null;
  };
  Object.assign(ctx.step, { waitForEvent, sleep: async (name: string) => onSleep?.(name) });
  return ctx;
}

function engine(
  event: { id?: string; name: string; ts?: number; data: Record<string, unknown> },
  hooks: Hooks = {},
) {
  const env = {
    ...readServerEnv({}),
    retrainData: deployment.dataset,
    retrainPreset: "demo",
    publicUrl: "http://web:3000",
  };
  return new InngestTestEngine({
    function: createRetrainFunction({ context, env }),
    events: [event],
    transformCtx: (raw: Context.Any) => withoutEngine(raw, hooks),
  });
}

const tick = {
  id: "cron",
  name: "inngest/scheduled.timer",
  ts: Date.UTC(2026, 10, 21, 3),
  data: { cron: "0 3 * * *" },
};
const requested = { id: "event-1", name: "pneumoscope/retrain.requested", data: {} };

it("runs the loop to a published version, dispatching and asking rather than holding calls open", async () => {
  const { result, error } = await engine(requested).execute();
  expect(error).toBeUndefined();
  expect(result).toMatchObject({ outcome: "promoted", version: "v2" });
  expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v2");
  const jobs = trainer.client.start.mock.calls.map(([job]) => job);
  expect(jobs.map((job) => job.kind)).toEqual(["train", "evaluate", "evaluate"]);
  for (const job of jobs) expect(job.callbackUrl).toBe("http://web:3000/api/trainer/callback");
  expect(await deployment.db.select().from(trainerLock)).toEqual([]);
});

it("ends a run that an earlier function was given up with", async () => {
  const old = await requestedRun(deployment.db, readServerEnv({}), { eventId: "old", preset: "demo" });
  await deployment.db
    .update(trainingRuns)
    .set({ state: "running", createdAt: new Date(Date.now() - 8 * 86_400_000) })
    .where(eq(trainingRuns.id, old.id));
  const empty = { ...requested, data: { source: path.join(deployment.folder, "nowhere") } };
  await engine(empty).execute();
  expect(await requireRun(deployment.db, old.id)).toMatchObject({
    state: "failed",
    reason: expect.stringContaining("7 days"),
  });
});

it("keeps the champion where the challenger is no better, with the failed rule as the reason", async () => {
  trainer.control.skill = 0.02;
  trainer.control.salt = "no better";
  const { result, error } = await engine(requested).execute();
  expect(error).toBeUndefined();
  expect(result).toMatchObject({
    outcome: "kept",
    version: null,
    reason: expect.stringMatching(/not better|not within/),
  });
  expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
  expect(await deployment.db.select().from(trainerLock)).toEqual([]);
});

it("is one run per day for the schedule, and one per event", async () => {
  expect((await engine(tick).execute()).result).toMatchObject({ outcome: "promoted" });
  expect((await engine({ ...tick, id: "late" }).execute()).result).toMatchObject({ outcome: "already done" });
  expect((await engine({ ...tick, ts: Date.UTC(2026, 10, 22, 3) }).execute()).result).toMatchObject({
    outcome: "skipped",
  });
  await engine(requested).execute();
  await engine(requested).execute();
  const keys = (await deployment.db.select().from(trainingRuns)).map((run) => run.key).sort();
  expect(keys).toEqual(["event:event-1", "schedule:2026-11-21", "schedule:2026-11-22"]);
});

it("ends as failed, with the reason on the record and the lock released, when the trainer fails", async () => {
  trainer.client.start.mockImplementation(async (job) => ({
    jobId: job.jobId,
    kind: job.kind,
    state: "failed",
    epochs: [],
    error: { code: "TRAINING_DIVERGED", message: "the loss is NaN" },
  }));
  const { error } = await engine(requested).execute();
  expect(String((error as { message?: string } | undefined)?.message)).toContain("the loss is NaN");
  const [run] = await deployment.db.select().from(trainingRuns);
  expect(run).toMatchObject({ state: "failed", errorCode: "TRAINING_DIVERGED" });
  expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
  expect(await deployment.db.select().from(trainerLock)).toEqual([]);
});

it("waits while another run trains", async () => {
  await acquireTrainerLock(deployment.db, { runId: "run-other", holder: "x" }, 60_000);
  const slept: string[] = [];
  const { result } = await engine(requested, {
    async onSleep(name) {
      slept.push(name);
      await deployment.db.delete(trainerLock).where(eq(trainerLock.runId, "run-other"));
    },
  }).execute();
  // The engine runs the function anew for each step, so the one sleep is seen many times.
  expect(new Set(slept)).toEqual(new Set(["wait for the lock 1"]));
  expect(result).toMatchObject({ outcome: "promoted" });
});

it("waits for its lock again where another run took it over, and sends a job again that the trainer lost", async () => {
  const { db } = deployment;
  const sent = () => trainer.client.start.mock.calls.map(([job]) => job.kind);
  const met = new Map<string, number>();
  // The test engine runs the function anew for each step, so that a wait is met many times.
  const isFirst = (name: string) => !met.has(name) && met.set(name, sent().length);
  const { result, error } = await engine(requested, {
    async onWait(name) {
      if (name === "train: wait 1" && isFirst(name))
        await db.update(trainerLock).set({ runId: "run-other", holder: "x" });
      if (name === "train: wait 2" && isFirst(name)) trainer.jobs.clear();
    },
    async onSleep(name) {
      if (isFirst(name)) await db.delete(trainerLock).where(eq(trainerLock.runId, "run-other"));
    },
  }).execute();
  expect(error).toBeUndefined();
  expect(result).toMatchObject({ outcome: "promoted" });
  expect([...met]).toEqual([
    ["train: wait 1", 1],
    ["train: dispatch again 1: wait for the lock 1", 1],
    ["train: wait 2", 2],
  ]);
  expect(sent()).toEqual(["train", "train", "train", "evaluate", "evaluate"]);
});

describe("a cancelled run", () => {
  const actor = "ada@example.org";
  const asked = { ...requested, data: { runId: "" } };

  async function newRun() {
    const request = { eventId: "asked", preset: "demo", source: deployment.dataset };
    const run = await requestedRun(deployment.db, readServerEnv({}), request);
    asked.data.runId = run.id;
    return run.id;
  }

  /** Once, however often the test engine runs the function anew. */
  function cancelOnce(runId: string): () => Promise<void> {
    let done: Promise<void> | undefined;
    const dependencies = { db: deployment.db, trainer: async () => trainer.client };
    return () => {
      done ??= cancelRun(dependencies, { id: runId, reason: "not wanted any more", actor });
      return done;
    };
  }

  it("ends as cancelled while the trainer works, which is told to stop, and gives the lock back", async () => {
    const runId = await newRun();
    const cancel = cancelOnce(runId);
    const { error } = await engine(asked, {
      onWait: async (name) => (name.startsWith("train") ? cancel() : undefined),
    }).execute();
    expect(String((error as { message?: string } | undefined)?.message)).toContain("cancelled");
    expect(trainer.client.cancel).toHaveBeenCalledWith(`${runId}-train`);
    expect(await requireRun(deployment.db, runId)).toMatchObject({
      state: "cancelled",
      reason: `Cancelled by ${actor}: not wanted any more`,
    });
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
    expect(await deployment.db.select().from(trainerLock)).toEqual([]);
    expect((await engine({ ...asked, id: "again" }).execute()).result).toMatchObject({
      outcome: "already done",
    });
  });

  it("that waits for another run does not wait on, and never takes the lock", async () => {
    const runId = await newRun();
    await acquireTrainerLock(deployment.db, { runId: "run-other", holder: "x" }, 60_000);
    const { result } = await engine(asked, { onSleep: cancelOnce(runId) }).execute();
    expect(result).toEqual({ runId, outcome: "ended while it waited" });
    expect((await requireRun(deployment.db, runId)).state).toBe("cancelled");
    expect(await deployment.db.select().from(trainerLock)).toMatchObject([{ runId: "run-other" }]);
    expect(trainer.client.start).not.toHaveBeenCalled();
  });
});

it("obeys a schedule that somebody paused, and looks again once it goes on", async () => {
  const { db } = deployment;
  const env = readServerEnv({});
  const actor = "ada@example.org";
  await changeSchedule(db, env, { actor, paused: true });
  expect((await engine(tick).execute()).result).toEqual({ outcome: "not due" });
  expect(await db.select().from(trainingRuns)).toEqual([]);
  await changeSchedule(db, env, { actor, paused: false, cron: "10 3 * * *" });
  expect((await engine(tick).execute()).result).toEqual({ outcome: "not due" });
  const quarter = { ...tick, ts: tick.ts + 15 * 60_000, data: { cron: "*/15 * * * *" } };
  expect((await engine(quarter).execute()).result).toMatchObject({ outcome: "promoted" });
});

it("stops what the trainer does for a run that has ended, at its next look", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const run = await requestedRun(deployment.db, readServerEnv({}), { eventId: "ended", preset: "demo" });
  const jobId = `${run.id}-champion-on-0123456789ab`;
  const health = await trainer.client.health();
  vi.spyOn(trainer.client, "health").mockResolvedValue({ ...health, runningJobId: jobId } as never);
  trainer.client.cancel.mockResolvedValue({ jobId, kind: "evaluate", state: "cancelled", epochs: [] });
  const notDue = { ...tick, ts: tick.ts + 60 * 60_000 };
  await engine(notDue).execute();
  expect(trainer.client.cancel).not.toHaveBeenCalled();
  await endRun(deployment.db, run.id, {
    state: "failed",
    reason: "the record was away",
    errorCode: "UNKNOWN",
  });
  await engine(notDue).execute();
  expect(trainer.client.cancel).toHaveBeenCalledWith(jobId);
  vi.restoreAllMocks();
});
