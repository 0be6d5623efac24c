import { and, eq, inArray } from "drizzle-orm";
import { afterAll, expect, it, vi } from "vitest";
import {
  alphaLedger,
  auditEvents,
  champion,
  modelVersions,
  runSteps,
  trainerLock,
  trainingRuns,
} from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { currentModelPointer, readCurrentManifest } from "@/lib/node/current-model";
import { defaultPolicy } from "@/lib/promotion/policy";
import { readServerEnv } from "@/lib/server/env";
import { findChampion, lockChampion } from "@/lib/server/model-versions/current";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { cancelRun } from "@/lib/server/training-runs/cancel";
import { createRun, endRun, requireRun } from "@/lib/server/training-runs/runs";
import { trainingConfig } from "@/lib/training/training-config";
import { enterLook, whyNothingNew } from "./enter-look";
import { type ExecuteOptions, executeRun } from "./execute-run";
import { createScheduler } from "./scheduler";
import { acquireTrainerLock, newLockHolder, releaseTrainerLock, renewTrainerLock } from "./trainer-lock";

// What the fault trials (npm run faults) found, each in its smallest form. The tests follow one another in one record.
let deployment: TestDeployment;
let trainer: ReturnType<typeof fakeTrainerClient>;

withDeployment("file", {}, (made) => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  deployment = made;
  trainer = fakeTrainerClient({ store: deployment.store, skill: 0.02, salt: "no better" });
});
afterAll(() => {
  vi.restoreAllMocks();
});

let runs = 0;
const newRun = () =>
  createRun(deployment.db, {
    trigger: "command",
    key: `test:${++runs}`,
    source: deployment.dataset,
    config: trainingConfig("demo", [`seed=${runs}`]),
  });

function execute(runId: string, changes: Partial<ExecuteOptions> = {}) {
  const { db, store, signingKey } = deployment;
  return executeRun(runId, {
    db,
    store,
    signingKey,
    trainer: trainer.client,
    log: () => undefined,
    ...changes,
  });
}

it("a record that was away at start and at the daily tick is filled when it is back, and the day is made up for", async () => {
  let isAway = true;
  const context = {
    store: deployment.store,
    trainer: async () => trainer.client,
    async database() {
      if (isAway) throw new PneumoscopeError("DATABASE_UNAVAILABLE", "no database");
      return deployment.database;
    },
  };
  const scheduler = createScheduler(context, { ...readServerEnv({}), retrainData: "/nowhere" });
  await scheduler.tick(new Date("2026-11-21T03:00:00Z"));
  expect(await findChampion(deployment.db)).toBeNull();
  isAway = false;
  await scheduler.resume();
  expect(await findChampion(deployment.db)).toMatchObject({ serial: 1 });
  const days = await deployment.db.select({ key: trainingRuns.key }).from(trainingRuns);
  expect(days).toEqual([{ key: "schedule:2026-11-21" }]);
  scheduler.stop();
});

/** A store under which the clock goes on by 40 days with everything that is stored, the report on the images too. */
function jumpingClock(): ArtifactStore {
  const realNow = Date.now;
  let offsetMs = 0;
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + offsetMs);
  return {
    ...deployment.store,
    put(bytes) {
      offsetMs += 40 * 24 * 60 * 60 * 1000;
      return deployment.store.put(bytes);
    },
  };
}

it("a clock that jumps ends no run, and a challenger that was kept out is on the audit trail once, also when the step is repeated", async () => {
  const run = await newRun();
  expect(await execute(run.id, { store: jumpingClock() })).toMatchObject({ outcome: "kept" });
  // As after a crash between the event and the journal.
  await deployment.db.delete(runSteps).where(eq(runSteps.name, "publish"));
  vi.mocked(Date.now).mockRestore();
  await execute(run.id);
  const events = await deployment.db.select().from(auditEvents).where(eq(auditEvents.entityId, run.id));
  expect(events.filter(({ action }) => action === "model_version.kept")).toHaveLength(1);
});

it("a run that one process brought to a bad end is not taken up by another that waited for the lock", async () => {
  const run = await newRun();
  const first = newLockHolder(run.id);
  await acquireTrainerLock(deployment.db, first, 60_000);
  const second = execute(run.id, { waitForLockMs: 20_000, leaseMs: 200 });
  await endRun(deployment.db, run.id, {
    state: "failed",
    reason: "the loss is NaN",
    errorCode: "TRAINING_DIVERGED",
  });
  await releaseTrainerLock(deployment.db, first);
  await expect(second).rejects.toMatchObject({
    code: "TRAINING_DIVERGED",
    message: expect.stringContaining("the loss is NaN"),
  });
  expect(await deployment.db.select().from(runSteps).where(eq(runSteps.runId, run.id))).toEqual([]);
});

it("a renewal that comes after the release does not bring the lock back", async () => {
  const lock = newLockHolder("run-x");
  await acquireTrainerLock(deployment.db, lock, 60_000);
  expect(await renewTrainerLock(deployment.db, lock, 60_000)).toBe(true);
  await releaseTrainerLock(deployment.db, lock);
  expect(await renewTrainerLock(deployment.db, lock, 60_000)).toBe(false);
  expect(await deployment.db.select().from(trainerLock)).toEqual([]);
});

async function looksOf(runId: string) {
  return deployment.db.select().from(alphaLedger).where(eq(alphaLedger.runId, runId));
}

it("a promotion that a full disk prevented is made by the next run, with the look that was spent on it", async () => {
  trainer.control.skill = 0.9;
  const full: ArtifactStore = {
    ...deployment.store,
    async writePointer() {
      throw new PneumoscopeError("DISK_FULL", "No space left.");
    },
  };
  const run = await newRun();
  await expect(execute(run.id, { store: full })).rejects.toMatchObject({ code: "DISK_FULL" });
  expect(await looksOf(run.id)).toMatchObject([{ outcome: "promote" }]);
  expect(await findChampion(deployment.db)).toMatchObject({ serial: 1 });
});

it("a publication and a start that looks after the baseline do not block each other for ever", async () => {
  const { db, store } = deployment;
  let registering: Promise<boolean> | undefined;
  await db.transaction(async (publication) => {
    await lockChampion(publication);
    registering = registerBaseline(db, store);
    registering.catch(() => undefined);
    // By then the other one waits for the champion's row.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await publication.update(champion).set({ serial: 1 });
  });
  expect(await registering).toBe(false);
});

it("a version whose pointer found the disk full is published all the same, and pages hear of it later", async () => {
  trainer.control.skill = 0.9;
  const run = await newRun();
  const full: ArtifactStore = {
    ...deployment.store,
    async writePointer(name, text) {
      if (name === currentModelPointer) throw new PneumoscopeError("DISK_FULL", "No space left.");
      await deployment.store.writePointer(name, text);
    },
  };
  expect(await execute(run.id, { store: full })).toMatchObject({ outcome: "promoted", version: "v2" });
  expect(await requireRun(deployment.db, run.id)).toMatchObject({ state: "succeeded" });
  expect(await looksOf(run.id)).toEqual([]);
  expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
  const context = {
    store: deployment.store,
    trainer: async () => trainer.client,
    database: async () => deployment.database,
  };
  const scheduler = createScheduler(context, readServerEnv({}));
  await scheduler.repair();
  scheduler.stop();
  expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v2");
  const open = (await deployment.db.select().from(trainingRuns)).filter(({ state }) => state === "running");
  expect(open).toEqual([]);
});

it("a run whose publication was committed before the crash goes on with the version that it published", async () => {
  const promoted = (await deployment.db.select().from(modelVersions)).find(({ runId }) => runId !== null);
  const runId = promoted?.runId ?? "";
  // As after a crash between the transaction and the journal.
  await deployment.db
    .delete(runSteps)
    .where(and(eq(runSteps.runId, runId), inArray(runSteps.name, ["publish", "notify"])));
  await deployment.db.update(trainingRuns).set({ state: "running" }).where(eq(trainingRuns.id, runId));
  expect(await execute(runId)).toMatchObject({ outcome: "promoted", version: "v2" });
  expect(await requireRun(deployment.db, runId)).toMatchObject({ state: "succeeded" });
  expect(await findChampion(deployment.db)).toMatchObject({ serial: 2 });
});

it("a run that was cancelled after its look does not keep the same comparison from being made, with that look", async () => {
  const { db } = deployment;
  const [cancelled, next] = [await newRun(), await newRun()];
  const digest = (letter: string) => `sha256:${letter.repeat(64)}` as const;
  const request = (runId: string) => ({
    runId,
    datasetDigest: digest("a"),
    championWeightsDigest: digest("b"),
    challengerWeightsDigest: digest("c"),
  });
  const spent = await enterLook(db, request(cancelled.id), defaultPolicy);
  expect(await whyNothingNew(db, request(next.id))).toContain(cancelled.id);
  const trainerOf = async () => trainer.client;
  await cancelRun(
    { db, trainer: trainerOf },
    { id: cancelled.id, reason: "by mistake", actor: "ada@example.org" },
  );
  expect(await whyNothingNew(db, request(next.id))).toBeNull();
  expect(await enterLook(db, request(next.id), defaultPolicy)).toEqual(spent);
});
