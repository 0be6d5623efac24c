import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { modelVersions, trainingRuns } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import type { ServerContext } from "@/lib/server/context";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun, endRun, enterStage, recordEpochs, startRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { checkParts } from "./check-parts";
import { readOverview } from "./read-overview";

let deployment: TestDeployment;

withDeployment("file", { patients: [] }, (made) => {
  deployment = made;
});

const epoch = {
  train_loss: 1,
  train_accuracy: 0.5,
  val_loss: 0.4,
  val_accuracy: 0.5,
  precision: null,
  recall: null,
  specificity: null,
  f1: null,
  auc: 0.9,
  learningRate: 1e-3,
  durationMs: 60_000,
};

describe("the overview", () => {
  it("of a record without anything in it has nothing, and no step but the account is done", async () => {
    expect(await readOverview(deployment.db)).toEqual({
      champion: null,
      current: [],
      last: null,
      waiting: [],
      events: [],
      setUp: { hasData: false, hasRun: false, hasDecision: false, hasColleague: false },
    });
  });

  it("tells the champion, a run's progress, the last run, and events of the work only", async () => {
    const { db, store } = deployment;
    await registerBaseline(db, store);
    const ended = await createRun(db, { trigger: "command", key: "a", source: "inbox", config: demo });
    await startRun(db, ended.id);
    await endRun(db, ended.id, { state: "skipped", reason: "nothing new" });
    const run = await createRun(db, {
      trigger: "schedule",
      key: "b",
      source: "inbox",
      config: { ...demo, epochs: 4 },
    });
    await startRun(db, run.id);
    await enterStage(db, run.id, "train");
    await recordEpochs(db, run.id, [{ ...epoch, epoch: 1 }]);
    await recordAuditEvent(db, { action: "user.signed_in", actor: "u", entityId: "u" });
    const overview = await readOverview(db);
    expect(overview.champion).toMatchObject({ version: "v1", serial: 1, revoked: null, threshold: 0.5 });
    expect(overview.champion?.figures.auc.value).toBeGreaterThan(0);
    expect(overview.current).toMatchObject([
      { id: run.id, stage: "train", progress: { done: 1, epochs: 4, share: 0.25 }, latest: { auc: 0.9 } },
    ]);
    expect(overview.current[0]?.progress?.leftMs).toBeGreaterThan(120_000);
    expect(overview.last).toMatchObject({ id: ended.id, state: "skipped", reason: "nothing new" });
    expect(overview.events.map(({ action }) => action)).toEqual([
      "training_run.started",
      "training_run.skipped",
      "training_run.started",
      "model_version.registered",
    ]);
  });

  it("says of each part whether it answers, and when a daily run did not come", async () => {
    const { db, store, database } = deployment;
    const unreachable = new PneumoscopeError("TRAINER_UNREACHABLE", "no");
    const context: ServerContext = {
      store,
      database: async () => database,
      trainer: () => Promise.reject(unreachable),
    };
    const env = { retrainCron: "0 3 * * *", retrainPreset: "daily", usesInngest: false };
    const asDoctor = { tellsWhy: false };
    const health = await checkParts(context, env, asDoctor);
    expect(health.database).toMatchObject({ ok: true });
    expect(health.trainer).toEqual({ ok: false, reason: "failed" });
    expect(health.storage.ok && health.storage.freeBytes).toBeGreaterThan(0);
    expect(health.scheduler).toMatchObject({ ok: true, isOverdue: false, isOff: false });
    await db
      .update(trainingRuns)
      .set({ createdAt: new Date(0) })
      .where(eq(trainingRuns.trigger, "schedule"));
    await db.update(modelVersions).set({ publishedAt: new Date(0) });
    expect((await checkParts(context, env, asDoctor)).scheduler).toMatchObject({ ok: true, isOverdue: true });
    const off = await checkParts(context, { ...env, retrainCron: "off" }, asDoctor);
    expect(off.scheduler).toMatchObject({ ok: true, isOff: true, isOverdue: false, nextAt: null });
    const away: ServerContext = { ...context, database: () => Promise.reject(unreachable) };
    expect((await checkParts(away, env, { tellsWhy: true })).trainer).toMatchObject({ why: "no" });
    expect(await checkParts(away, env, asDoctor)).toMatchObject({
      database: { ok: false, reason: "failed" },
      scheduler: { ok: false, reason: "failed" },
      storage: { ok: true },
    });
  });
});
