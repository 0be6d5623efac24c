import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { auditEvents, runLogLines, runStagesEntered, trainerLock, trainingRuns } from "@/drizzle/schema";
import { parseListing } from "@/lib/dataset/listing";
import { readCurrentManifest } from "@/lib/node/current-model";
import { runSearchSchema } from "@/lib/run-search/run-search";
import { readServerEnv } from "@/lib/server/env";
import { type ExecuteOptions, executeRun } from "@/lib/server/jobs/execute-run";
import { createScheduler, reconcile } from "@/lib/server/jobs/scheduler";
import { acquireTrainerLock } from "@/lib/server/jobs/trainer-lock";
import { pruneCheckpoints } from "@/lib/server/retention/prune-checkpoints";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { demo } from "@/lib/training/presets/demo";
import { annotateRun } from "./annotate";
import { listRunArtifacts, openRunArtifact } from "./artifacts";
import { cancelRun } from "./cancel";
import { deleteRun } from "./delete";
import { runDetails } from "./details";
import { exportRuns } from "./export-csv";
import { openRunLog } from "./log";
import { type RunRequestInput, requestRun } from "./request";
import { createRun, endAbandonedRuns, endRun, enterStage, requireRun, startRun } from "./runs";
import { deleteView, listViews, renameView, saveView } from "./saved-views";
import { changeSchedule, describeSchedule } from "./schedule";
import { runFacets, searchRuns } from "./search";
import { worstErrors } from "./worst-errors";

const actor = "ada@example.org";
const page = { offset: 0, limit: 50 };

let deployment: TestDeployment;
let trainer: ReturnType<typeof fakeTrainerClient>;

withDeployment("file", {}, async (made) => {
  deployment = made;
  trainer = fakeTrainerClient({ store: made.store, skill: 0.9 });
  await reconcile({ store: made.store, database: async () => made.database });
});

const newRun = (key: string) =>
  createRun(deployment.db, {
    trigger: "person",
    key,
    source: deployment.dataset,
    config: demo,
    requestedBy: actor,
  });
const execute = (id: string, changes: Partial<ExecuteOptions> = {}) =>
  executeRun(id, {
    db: deployment.db,
    store: deployment.store,
    signingKey: deployment.signingKey,
    trainer: trainer.client,
    log: () => undefined,
    cancelPollMs: 50,
    ...changes,
  });
const cancel = (id: string, reason = "not wanted any more") =>
  cancelRun({ db: deployment.db, trainer: async () => trainer.client }, { id, reason, actor });
const actionsOf = async (id: string) =>
  (
    await deployment.db
      .select({ action: auditEvents.action, actor: auditEvents.actor })
      .from(auditEvents)
      .where(eq(auditEvents.entityId, id))
      .orderBy(auditEvents.id)
  ).map(({ action, actor: who }) => `${action} ${who}`);

describe("cancelling", () => {
  it("stops the loop and the trainer, leaves no lock, and the champion alone", async () => {
    const run = await newRun("to be cancelled");
    trainer.control.hang = true;
    const ended = execute(run.id).catch((error: unknown) => error);
    await vi.waitFor(
      async () => expect((await requireRun(deployment.db, run.id)).stage).toBe("train"),
      10_000,
    );
    await vi.waitFor(() => expect(trainer.client.start).toHaveBeenCalled(), 10_000);
    await cancel(run.id);
    expect(await ended).toMatchObject({ code: "TRAINING_CANCELLED" });
    trainer.control.hang = false;
    expect(await requireRun(deployment.db, run.id)).toMatchObject({
      state: "cancelled",
      reason: `Cancelled by ${actor}: not wanted any more`,
      errorCode: "TRAINING_CANCELLED",
      weightsDigest: null,
    });
    expect(trainer.client.cancel).toHaveBeenCalledWith(`${run.id}-train`);
    expect(await deployment.db.select().from(trainerLock)).toEqual([]);
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
    const stages = await deployment.db
      .select()
      .from(runStagesEntered)
      .where(eq(runStagesEntered.runId, run.id));
    expect(stages.map(({ stage }) => stage)).toEqual(
      expect.arrayContaining(["look", "dataset version", "check data", "train"]),
    );
    expect(stages.every(({ finishedAt }) => finishedAt !== null)).toBe(true);
    expect(await actionsOf(run.id)).toEqual([
      `training_run.started ${actor}`,
      `training_run.cancel_requested ${actor}`,
      `training_run.cancelled ${actor}`,
    ]);
    const lines = await deployment.db.select().from(runLogLines).where(eq(runLogLines.runId, run.id));
    expect(lines.map(({ line }) => line).join("\n")).toContain("train: queued on fake");
    // Taken up again, it stays ended.
    await expect(execute(run.id)).rejects.toMatchObject({ code: "TRAINING_CANCELLED" });
  });

  it("ends at once what waits, and what nobody works on any more", async () => {
    const waiting = await newRun("waits");
    await cancel(waiting.id);
    expect((await requireRun(deployment.db, waiting.id)).state).toBe("cancelled");
    const orphan = await newRun("orphan");
    await startRun(deployment.db, orphan.id);
    await acquireTrainerLock(deployment.db, { runId: "run-other", holder: "x" }, 60_000);
    await cancel(orphan.id);
    await deployment.db.delete(trainerLock);
    expect((await requireRun(deployment.db, orphan.id)).state).toBe("cancelled");
  });

  it("that a crash cut off ends the run with the same words, whoever comes upon it", async () => {
    const { db } = deployment;
    const cutOff = async (key: string) => {
      const { id } = await newRun(key);
      await startRun(db, id);
      const asked = { cancelRequestedAt: new Date(), cancelRequestedBy: actor, cancelReason: "by mistake" };
      const createdAt = new Date(Date.now() - 8 * 86_400_000);
      await db
        .update(trainingRuns)
        .set({ ...asked, createdAt })
        .where(eq(trainingRuns.id, id));
      return id;
    };
    const expectCancelled = async (id: string) => {
      const reason = `Cancelled by ${actor}: by mistake`;
      expect(await requireRun(db, id)).toMatchObject({ state: "cancelled", reason });
      expect(await actionsOf(id)).toContain(`training_run.cancelled ${actor}`);
    };
    const waiting = await cutOff("cut off, taken up again");
    const end = () => execute(waiting, { waitForLockMs: 60_000 }).catch((error: unknown) => error);
    await acquireTrainerLock(db, { runId: waiting, holder: "x" }, 60_000);
    expect(await end()).toMatchObject({ code: "TRAINING_CANCELLED" });
    expect((await requireRun(db, waiting)).state).toBe("running");
    await db.update(trainerLock).set({ runId: "run-other" });
    expect(await end()).toMatchObject({ code: "TRAINING_CANCELLED" });
    await expectCancelled(waiting);
    await db.delete(trainerLock);
    const abandoned = await cutOff("cut off, and given up");
    await endAbandonedRuns(db, 7);
    await expectCancelled(abandoned);
  });

  it("is refused once the run publishes or has ended, and a cancelled run enters no stage", async () => {
    const publishing = await newRun("publishes");
    await startRun(deployment.db, publishing.id);
    await enterStage(deployment.db, publishing.id, "publish");
    await expect(cancel(publishing.id)).rejects.toMatchObject({ code: "RUN_NOT_CANCELLABLE" });
    await endRun(deployment.db, publishing.id, { state: "succeeded", reason: "done" });
    await expect(cancel(publishing.id)).rejects.toMatchObject({ code: "RUN_NOT_CANCELLABLE" });
    await expect(cancel("run-nowhere")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    const told = await newRun("told");
    await startRun(deployment.db, told.id);
    await acquireTrainerLock(deployment.db, { runId: told.id, holder: "x" }, 60_000);
    await cancel(told.id);
    await expect(enterStage(deployment.db, told.id, "publish")).rejects.toMatchObject({
      code: "TRAINING_CANCELLED",
    });
    await deployment.db.delete(trainerLock);
    // Nobody works on it any more; who asks again ends it with the first one's words.
    await cancel(told.id, "asked again");
    expect(await requireRun(deployment.db, told.id)).toMatchObject({
      state: "cancelled",
      reason: `Cancelled by ${actor}: not wanted any more`,
    });
  });

  it("and what came to another bad end goes on nowhere; a good end stays where it is", async () => {
    const failed = await newRun("failed elsewhere");
    await startRun(deployment.db, failed.id);
    await endRun(deployment.db, failed.id, { state: "failed", reason: "broken", errorCode: "DISK_FULL" });
    await expect(enterStage(deployment.db, failed.id, "publish")).rejects.toMatchObject({
      code: "DISK_FULL",
    });
    const done = await newRun("done elsewhere");
    await startRun(deployment.db, done.id);
    await enterStage(deployment.db, done.id, "notify");
    await endRun(deployment.db, done.id, { state: "succeeded", reason: "done" });
    await enterStage(deployment.db, done.id, "publish");
    expect((await requireRun(deployment.db, done.id)).stage).toBe("notify");
  });
});

describe("starting", () => {
  const env = readServerEnv({});
  const handOver = vi.fn(async () => {});
  const start = (input: Partial<RunRequestInput>) =>
    requestRun(
      { db: deployment.db, env, handOver },
      { requestId: randomUUID(), config: demo, source: "inbox", actor, ...input },
    );

  it("makes one run of two presses, and of two administrators with the same values", async () => {
    const requestId = randomUUID();
    const [a, b, c] = await Promise.all([
      start({ requestId }),
      start({ requestId }),
      start({ actor: "bob@example.org" }),
    ]);
    expect(new Set([a.id, b.id, c.id]).size).toBe(1);
    expect([a, b, c].filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(handOver).toHaveBeenCalledTimes(1);
    const other = await start({ config: { ...demo, seed: 2 } });
    expect(other).toMatchObject({ isNew: true });
    for (const { id } of [a, other]) await cancel(id);
    const retry = await start({ retryOf: a.id });
    expect(retry.isNew).toBe(true);
    expect((await runDetails(deployment.db, a.id)).lineage.forward.retries).toMatchObject([{ id: retry.id }]);
    // One that is being cancelled ends soon: whoever starts the same again wants another.
    await startRun(deployment.db, retry.id);
    await acquireTrainerLock(deployment.db, { runId: retry.id, holder: "x" }, 60_000);
    await cancel(retry.id);
    const next = await start({ retryOf: retry.id });
    expect(next).toMatchObject({ isNew: true });
    await deployment.db.delete(trainerLock);
    for (const { id } of [retry, next]) await cancel(id);
  });

  it("refuses broken batches, data and predecessors that there are none of, and says when Inngest is away", async () => {
    await expect(start({ config: { ...demo, microBatchSize: 7 } })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
    await expect(start({ source: `sha256:${"0".repeat(64)}` })).rejects.toMatchObject({
      code: "DATASET_VERSION_NOT_FOUND",
    });
    await expect(start({ retryOf: "run-nowhere" })).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    handOver.mockRejectedValueOnce(new Error("fetch failed"));
    await expect(start({ config: { ...demo, seed: 3 } })).rejects.toMatchObject({
      code: "JOB_ENGINE_UNREACHABLE",
    });
    const { rows } = await searchRuns(deployment.db, runSearchSchema.parse({ text: "Inngest" }), page);
    expect(rows).toMatchObject([{ state: "failed", errorCode: "JOB_ENGINE_UNREACHABLE" }]);
  });
});

describe("a finished run", () => {
  it("tells its stages, figures, worst errors, files and lineage, and is not deleted", async () => {
    const { db, store } = deployment;
    const run = await newRun("finished");
    await execute(run.id);
    const details = await runDetails(db, run.id);
    expect(details.stages.map(({ stage }) => stage)).toContain("publish");
    expect(details.trained).toMatchObject({ temperature: 1, bestEpoch: 1 });
    expect(details.lineage.back).toMatchObject({ parent: { version: "v1" } });
    expect(details.lineage.forward.versions).toMatchObject([{ version: "v2", state: "champion" }]);
    expect(details.differences).toEqual([]);
    const worst = await worstErrors({ db, store }, run.id, 5);
    expect(worst).toMatchObject({ calibrated: true });
    expect(worst.cases).toHaveLength(5);
    const wrongness = worst.cases.map(({ label, probability }) => Math.abs(label - probability));
    expect(wrongness).toEqual([...wrongness].sort((a, b) => b - a));
    const digest = details.run.datasetDigest;
    if (!digest) throw new Error("a finished run has a dataset");
    const images = new Set(parseListing(await store.get(digest)).cases.map((item) => item.digest));
    expect(worst.cases.every((item) => item.digest !== null && images.has(item.digest))).toBe(true);

    const files = await listRunArtifacts({ db, store }, run.id);
    expect(files.filter(({ adminOnly }) => adminOnly).map(({ name }) => name)).toEqual([
      "dataset.json",
      "predictions.json",
    ]);
    for (const { name } of files) {
      const { body } = await openRunArtifact({ db, store }, run.id, name);
      expect((await new Response(body).text()).length, name).toBeGreaterThan(20);
    }
    const kinds = details.referrers.map(({ kind }) => kind);
    expect(kinds).toEqual(["model-version", "decision", "look", "predictions", "evaluation"]);
    await expect(deleteRun(db, { id: run.id, actor })).rejects.toMatchObject({
      code: "RUN_REFERENCED",
      message: expect.stringContaining("v2"),
    });
  });

  it("is annotated with its audit event, and deleted where nothing rests on it", async () => {
    const { db } = deployment;
    const run = await newRun("to be deleted");
    const { id } = run;
    const first = { notes: { value: "=1+1 <b>", seen: "" }, tags: { value: ["b", "a", "b"], seen: [] } };
    await annotateRun(db, { id, ...first, actor });
    await annotateRun(db, { id, tags: { value: ["a", "b"], seen: ["b", "a"] }, actor });
    // Whoever began to write before is told whose words theirs would have replaced.
    for (const late of [{ notes: { value: "mine", seen: "" } }, { tags: { value: ["c"], seen: [] } }])
      await expect(annotateRun(db, { id, ...late, actor: "bob@example.org" })).rejects.toMatchObject({
        code: "NOTES_CHANGED",
        message: expect.stringContaining(actor),
      });
    await annotateRun(db, { id, notes: { value: "=1+1 <b>", seen: "" }, actor });
    expect((await runDetails(db, id)).noted).toMatchObject({ who: actor });
    expect(await requireRun(db, run.id)).toMatchObject({ notes: "=1+1 <b>", tags: ["a", "b"] });
    await expect(deleteRun(db, { id: run.id, actor })).rejects.toMatchObject({ code: "RUN_REFERENCED" });
    await cancel(run.id);
    await deleteRun(db, { id: run.id, actor });
    await expect(requireRun(db, run.id)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    expect(await actionsOf(run.id)).toEqual([
      `training_run.annotated ${actor}`,
      `training_run.cancel_requested ${actor}`,
      `training_run.cancelled ${actor}`,
      `training_run.deleted ${actor}`,
    ]);
  });
});

it("the checkpoints of runs that have ended go, those of runs that can go on stay", async () => {
  const { db } = deployment;
  const [ended, deleted, open] = [await newRun("ended"), await newRun("deleted"), await newRun("open")];
  await startRun(db, open.id);
  await cancel(ended.id);
  await cancel(deleted.id);
  await deleteRun(db, { id: deleted.id, actor });
  const jobs = [ended, deleted, open].map(({ id }) => `${id}-train`);
  for (const jobId of [...jobs, `${ended.id}-evaluate-champion`, "somebody-elses"])
    trainer.checkpoints.add(jobId);
  await pruneCheckpoints(db, trainer.client);
  expect([...trainer.checkpoints]).toEqual([`${open.id}-train`, "somebody-elses"]);
  const [event] = await db.select().from(auditEvents).where(eq(auditEvents.entityId, "checkpoints"));
  expect(event).toMatchObject({
    action: "retention.cleaned",
    details: { checkpoints: 3, sizeBytes: 3_000 },
  });
  expect(await pruneCheckpoints(db, trainer.client)).toEqual([]);
  await cancel(open.id);
});

it("the schedule is the record's once somebody changed it, and the loop obeys it", async () => {
  const { db, store } = deployment;
  const env = { ...readServerEnv({}), retrainData: deployment.dataset, retrainPreset: "daily" };
  const now = new Date("2026-11-21T12:00:00Z");
  expect(await describeSchedule(db, { ...env, retrainCron: "off" }, now)).toMatchObject({
    paused: true,
    next: [],
  });
  expect((await describeSchedule(db, env, now)).next.map((at) => at.toISOString().slice(0, 13))).toEqual([
    "2026-11-22T03",
    "2026-11-23T03",
    "2026-11-24T03",
  ]);
  await expect(changeSchedule(db, env, { actor, cron: "every day" })).rejects.toMatchObject({
    code: "SCHEDULE_INVALID",
  });
  await expect(changeSchedule(db, env, { actor, preset: "constructor" })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
  });
  // Two at once: each keeps what the other changed.
  await Promise.all([
    changeSchedule(db, env, { actor, cron: "*/5 * * * *", preset: "demo" }),
    changeSchedule(db, env, { actor, paused: true }),
  ]);
  expect(await describeSchedule(db, env, now)).toMatchObject({ cron: "*/5 * * * *", paused: true });
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const scheduler = createScheduler(
    { store, database: async () => deployment.database, trainer: async () => trainer.client },
    env,
  );
  const soon = new Date(Date.now() + 10 * 60_000);
  await scheduler.lookAtClock(soon);
  expect(await scheduledKeys()).toEqual([]);
  await changeSchedule(db, env, { actor, paused: false });
  await scheduler.lookAtClock(new Date(soon.getTime() + 10 * 60_000));
  expect(await scheduledKeys()).toHaveLength(1);
  scheduler.stop();
  vi.restoreAllMocks();

  async function scheduledKeys() {
    const rows = await db.select().from(trainingRuns).where(eq(trainingRuns.trigger, "schedule"));
    return rows.map(({ key, preset }) => [key, preset]);
  }
});

it("keeps the newest two thousand lines of a log, each cut at a thousand characters", async () => {
  const { db } = deployment;
  const run = await newRun("talkative");
  const { log, close } = openRunLog(db, run.id);
  log("x".repeat(5_000));
  for (let i = 1; i <= 2_500; i++) log(`line ${i}`);
  await close();
  const again = openRunLog(db, run.id);
  again.log("the last");
  await again.close();
  const rows = await db
    .select()
    .from(runLogLines)
    .where(eq(runLogLines.runId, run.id))
    .orderBy(runLogLines.id);
  expect(rows).toHaveLength(2_000);
  expect(rows.at(-1)?.line).toBe("the last");
  expect(Math.max(...rows.map(({ line }) => line.length))).toBeLessThanOrEqual(1_000);
  await cancel(run.id);
});

it("saved views are a person's own", async () => {
  const { db } = deployment;
  const person = async (email: string) => {
    const rows = await db.execute<{ id: string }>(
      sql`insert into users (email, name, role) values (${email}, 'x', 'viewer') returning id`,
    );
    return { userId: rows[0]?.id ?? "", page: "runs" as const };
  };
  const [ada, bob] = [await person("ada"), await person("bob")];
  const saved = await saveView(db, ada, { name: "failed", query: "states=failed" });
  const id = saved?.id ?? "";
  await expect(saveView(db, ada, { name: "failed", query: "" })).rejects.toMatchObject({
    code: "VIEW_REFUSED",
  });
  await expect(renameView(db, bob, { id, name: "mine" })).rejects.toMatchObject({ code: "VIEW_NOT_FOUND" });
  await expect(deleteView(db, bob, id)).rejects.toMatchObject({ code: "VIEW_NOT_FOUND" });
  await renameView(db, ada, { id, name: "broken" });
  expect(await listViews(db, ada)).toMatchObject([{ name: "broken", query: "states=failed" }]);
  expect(await listViews(db, bob)).toEqual([]);
  await deleteView(db, ada, id);
  expect(await listViews(db, ada)).toEqual([]);
});

it("searches, sorts, counts and exports ten thousand runs", async () => {
  const { db } = deployment;
  await db.execute(sql`
    insert into training_runs (id, key, trigger, state, source, config, config_digest, engine, tags, reason, created_at, started_at, finished_at)
    select 'many-' || i, 'many-' || i, 'command', case when i % 10 = 0 then 'failed' else 'succeeded' end::run_state, 'x',
      ${JSON.stringify(demo)}::jsonb, 'sha256:x', case when i % 2 = 0 then 'wasm' end,
      case when i % 100 = 0 then array['hundredth', '50%_off'] else '{}' end,
      case when i = 7777 then '=cmd|needle 50%_' end,
      timestamptz '2020-01-01' + i * interval '1 hour', timestamptz '2020-01-01' + i * interval '1 hour',
      timestamptz '2020-01-01' + i * interval '1 hour' + (i % 977) * interval '1 second'
    from generate_series(1, 10000) i`);
  await db.execute(sql`analyze training_runs`);
  const search = (given: object) => searchRuns(db, runSearchSchema.parse(given), page);
  expect(await search({ text: "NEEDLE 50%_" })).toMatchObject({ total: 1, rows: [{ id: "many-7777" }] });
  expect((await search({ text: "needle 5__" })).total).toBe(0);
  expect((await search({ tags: ["hundredth"], states: ["failed"] })).total).toBe(100);
  expect((await search({ engines: ["wasm"], since: "2020-01-01", until: "2020-01-01" })).total).toBe(11);
  const longest = await search({
    states: ["succeeded"],
    presets: ["demo"],
    triggers: ["command"],
    sort: [
      { column: "duration", descending: true },
      { column: "created", descending: false },
    ],
  });
  expect(longest.rows.slice(0, 2).map(({ id, durationMs }) => [id, durationMs])).toEqual([
    ["many-976", 976_000],
    ["many-1953", 976_000],
  ]);
  const nothing = await search({ sort: [{ column: "auc", descending: true }] });
  expect(nothing.rows[0]?.auc).not.toBeNull();
  expect((await runFacets(db)).tags).toEqual(["50%_off", "hundredth"]);
  const portions = exportRuns(db, runSearchSchema.parse({ triggers: ["command"] })).getReader();
  let csv = new TextDecoder().decode((await portions.read()).value);
  // Newest first: what starts now moves all others.
  await createRun(db, { trigger: "command", key: "meanwhile", source: deployment.dataset, config: demo });
  for (let next = await portions.read(); !next.done; next = await portions.read())
    csv += new TextDecoder().decode(next.value);
  const exported = csv.split("\r\n").map((line) => line.split(",")[0]);
  expect(exported).toHaveLength(10_002);
  expect(new Set(exported).size).toBe(10_002);
  expect(csv).toContain("'=cmd|needle");
});
