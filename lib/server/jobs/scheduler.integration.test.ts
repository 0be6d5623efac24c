import { afterEach, describe, expect, it, vi } from "vitest";
import { trainerLock, trainingRuns } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { readCurrentManifest } from "@/lib/node/current-model";
import type { Caller } from "@/lib/server/accounts/caller";
import type { ServerContext } from "@/lib/server/context";
import { readServerEnv, type ServerEnv } from "@/lib/server/env";
import { checkHealth } from "@/lib/server/health";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createCaller } from "@/lib/server/trpc/router";
import { createScheduler, reconcile, startScheduler } from "./scheduler";

let deployment: TestDeployment;
let trainer: ReturnType<typeof fakeTrainerClient>;
let context: ServerContext;
let env: ServerEnv;

withDeployment("test", {}, (made) => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  deployment = made;
  trainer = fakeTrainerClient({ store: deployment.store, skill: 0.9 });
  context = {
    store: deployment.store,
    database: async () => deployment.database,
    trainer: async () => trainer.client,
  };
  env = { ...readServerEnv({}), retrainData: deployment.dataset, retrainPreset: "demo" };
});
afterEach(() => {
  vi.restoreAllMocks();
});

const viewer: Caller = {
  kind: "user",
  userId: "00000000-0000-4000-8000-000000000000",
  sessionId: "s",
  email: "viewer@example.org",
  name: "Viewer",
  role: "viewer",
};
const morning = new Date("2026-11-21T03:00:00Z");
const states = async () =>
  (await deployment.db.select().from(trainingRuns)).map((run) => [run.key, run.state]);

describe("the scheduler", () => {
  it("runs once a day, and skips a day without new data", async () => {
    await reconcile(context);
    const scheduler = createScheduler(context, env);
    await scheduler.tick(morning);
    await scheduler.tick(new Date("2026-11-21T23:00:00Z"));
    expect(await states()).toEqual([["schedule:2026-11-21", "succeeded"]]);
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v2");
    await scheduler.tick(new Date("2026-11-22T03:00:00Z"));
    expect(await states()).toContainEqual(["schedule:2026-11-22", "skipped"]);
    scheduler.stop();
  });

  it("takes up at start what an earlier process left, and repairs the pointer", async () => {
    await reconcile(context);
    trainer.control.hang = true;
    const killed = createScheduler(context, env);
    const tick = killed.tick(morning);
    await vi.waitFor(() => expect(trainer.client.start).toHaveBeenCalled(), 20_000);
    killed.stop();
    await tick;
    expect(await states()).toEqual([["schedule:2026-11-21", "running"]]);
    trainer.control.hang = false;
    const scheduler = await startScheduler(context, { ...env, retrainCron: "off" });
    await vi.waitFor(
      async () => expect(await states()).toEqual([["schedule:2026-11-21", "succeeded"]]),
      20_000,
    );
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v2");
    await vi.waitFor(async () => expect(await deployment.db.select().from(trainerLock)).toEqual([]), 20_000);
    scheduler.stop();
  });

  it("makes up for what fell due while the process was being replaced, and for nothing older", async () => {
    const before = (minutes: number) => {
      const at = new Date(Date.now() - minutes * 60_000);
      return {
        ...env,
        retrainData: "/nowhere",
        retrainCron: `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`,
      };
    };
    for (const [minutes, runs] of [
      [60, 0],
      [5, 1],
      [4, 1],
    ] as const) {
      const scheduler = createScheduler(context, before(minutes));
      await scheduler.lookAtClock();
      scheduler.stop();
      expect(await states()).toHaveLength(runs);
    }
  });

  it("leaves everything to Inngest where that is configured", async () => {
    const scheduler = await startScheduler(context, {
      ...env,
      usesInngest: true,
      retrainCron: "* * * * * *",
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await states()).toEqual([]);
    scheduler.stop();
  });

  it("survives a database that is away", async () => {
    const down = async () => {
      throw new PneumoscopeError("DATABASE_UNAVAILABLE", "no database");
    };
    const scheduler = createScheduler({ ...context, database: down }, env);
    await expect(scheduler.tick(morning)).resolves.toBeUndefined();
    await expect(scheduler.resume()).resolves.toBeUndefined();
    scheduler.stop();
  });
});

describe("what the API tells", () => {
  it("about runs and versions", async () => {
    await reconcile(context);
    const scheduler = createScheduler(context, env);
    await scheduler.tick(morning);
    scheduler.stop();
    const api = createCaller({ ...context, caller: async () => viewer });
    const { rows, total } = await api.runs.search({});
    const [run] = rows;
    expect(total).toBe(1);
    expect(run).toMatchObject({ state: "succeeded", trigger: "schedule", outcome: "promote", auc: 1 });
    const details = await api.runs.get({ id: run?.id ?? "" });
    expect(details.epochs).toHaveLength(1);
    expect(details.decision).toMatchObject({ outcome: "promote" });
    const versions = await api.modelVersions.list();
    expect(versions.map((version) => [version.version, version.state])).toEqual([
      ["v2", "champion"],
      ["v1", "retired"],
    ]);
    expect(versions[0]?.manifest.metrics.auc.value).toBe(1);
    await expect(api.runs.get({ id: "nothing" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("about its health", async () => {
    expect(await checkHealth(context)).toMatchObject({
      ok: true,
      database: { ok: true },
      trainer: { ok: true, detail: "fake, 0 waiting" },
      storage: { ok: true },
    });
    const unreachable = new PneumoscopeError("TRAINER_UNREACHABLE", "secret address", {
      userMessage: "It does not answer.",
    });
    const withoutTrainer = { ...context, trainer: () => Promise.reject(unreachable) };
    expect(await checkHealth(withoutTrainer)).toMatchObject({
      ok: true,
      trainer: { ok: false, detail: "It does not answer." },
    });
    const withoutDatabase = { ...context, database: () => Promise.reject(new Error("gone")) };
    expect(await checkHealth(withoutDatabase)).toMatchObject({
      ok: false,
      database: { ok: false, detail: "The record (database) cannot be reached." },
    });
  });

  it("when the database is away: a code that a page can show, and still the current model", async () => {
    const down = new PneumoscopeError("DATABASE_UNAVAILABLE", "host and port", {
      userMessage: "The record cannot be reached.",
    });
    const api = createCaller({
      ...context,
      database: () => Promise.reject(down),
      caller: async () => viewer,
    });
    await expect(api.runs.search({})).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      message: "The record cannot be reached.",
    });
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
  });
});
