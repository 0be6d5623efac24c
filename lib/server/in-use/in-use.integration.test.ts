import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import {
  datasetVersions,
  feedback,
  feedbackDays,
  notifications,
  predictions,
  statisticsDays,
  statisticsReports,
  trainingRuns,
  users,
} from "@/drizzle/schema";
import type { FeedbackItem } from "@/lib/in-use/feedback";
import { emptyCounts, type StatisticsReport } from "@/lib/in-use/statistics";
import { serverContext } from "@/lib/server/context";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { settingDefinitions } from "@/lib/server/settings/definitions";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun } from "@/lib/server/training-runs/runs";
import { createCaller } from "@/lib/server/trpc/router";
import { demo } from "@/lib/training/presets/demo";
import { inUseOverview } from "./overview";
import { recordFeedback } from "./record-feedback";
import { recordStatistics } from "./record-statistics";

let deployment: TestDeployment;
let dora: { userId: string; email: string };
let dan: { userId: string; email: string };

withDeployment("file", { patients: [] }, async (made) => {
  deployment = made;
  await registerBaseline(deployment.db, deployment.store);
  dora = await makeDoctor("dora@example.org");
  dan = await makeDoctor("dan@example.org");
});

async function makeDoctor(email: string) {
  const [user] = await deployment.db.insert(users).values({ email, name: email, role: "doctor" }).returning();
  return { userId: user?.id ?? "", email };
}

const now = new Date("2026-11-21T14:37:52Z");
const settings = settingDefinitions.drift.initial;
const item = (n: number, change: Partial<FeedbackItem> = {}) =>
  ({
    id: n.toString(16).padStart(32, "0"),
    revision: 1,
    serial: 1,
    probability: 0.83,
    verdict: "PNEUMONIA",
    hour: "2026-11-21T13:00:00.000Z",
    opinion: "disagree",
    ...change,
  }) as FeedbackItem;
const report = (n: number, bin: number, results: number, day = "2026-11-20"): StatisticsReport => {
  const counts = emptyCounts();
  counts.probabilities[bin] = results;
  counts.backends.wasm = results;
  counts.speeds[2] = results;
  return { id: n.toString(16).padStart(32, "a"), day, serial: 1, counts };
};
const apiOf = (doctor: typeof dora) =>
  createCaller({
    ...serverContext(),
    database: async () => deployment.database,
    caller: async () => ({ kind: "user", sessionId: "s", name: "Dora", role: "doctor", ...doctor }),
  });
const rowOf = async (n: number) =>
  (
    await deployment.db
      .select()
      .from(feedback)
      .where(eq(feedback.id, item(n).id))
  )[0];
const events = (action: string) =>
  deployment.db.query.auditEvents.findMany({
    where: (table, { eq: equals }) => equals(table.action, action as never),
  });

describe("feedback", () => {
  it("counts once, however often and in whatever order it comes, and names nobody", async () => {
    const { db } = deployment;
    await Promise.all(Array.from({ length: 8 }, () => recordFeedback(db, dora, [item(1), item(2)], now)));
    expect(await db.$count(feedback)).toBe(2);
    expect(await recordFeedback(db, dora, [item(1, { revision: 3, opinion: "agree" })], now)).toEqual({
      stored: 1,
    });
    expect(await recordFeedback(db, dora, [item(1, { revision: 2 })], now)).toEqual({ stored: 0 });
    const row = await rowOf(1);
    expect(row).toMatchObject({ opinion: "agree", probabilityPercent: 83, revision: 3 });
    expect(row?.hour?.toISOString()).toBe("2026-11-21T13:00:00.000Z");
    expect(JSON.stringify(row)).not.toContain(dora.userId);
    expect(await events("feedback.received")).toMatchObject([
      { actor: "dora@example.org", entityId: "2026-11-21", details: {} },
    ]);
    expect(await db.select().from(feedbackDays)).toMatchObject([{ userId: dora.userId, changes: 3 }]);
  });

  it("is changed by nobody else, and withdrawn for good", async () => {
    const { db } = deployment;
    expect(await recordFeedback(db, dan, [item(1, { revision: 9 })], now)).toEqual({ stored: 0 });
    await recordFeedback(db, dora, [item(1, { revision: 4, opinion: "withdrawn" })], now);
    expect(await rowOf(1)).toMatchObject({
      opinion: null,
      probabilityPercent: null,
      serial: null,
      hour: null,
    });
    await recordFeedback(db, dora, [item(1, { revision: 3 })], now);
    expect(await rowOf(1)).toMatchObject({ opinion: null });
  });

  it("of an unknown version is left out, and a clock that is ahead is set back", async () => {
    const { db } = deployment;
    const ahead = item(3, { hour: "2027-01-01T00:00:00.000Z" });
    expect(await recordFeedback(db, dan, [item(4, { serial: 99 }), ahead], now)).toEqual({ stored: 1 });
    expect((await rowOf(3))?.hour?.toISOString()).toBe("2026-11-21T14:00:00.000Z");
    expect(await rowOf(4)).toBeUndefined();
  });

  it("ends at a limit a day, as a whole", async () => {
    const { db } = deployment;
    await db.update(feedbackDays).set({ changes: 1_999 }).where(eq(feedbackDays.userId, dan.userId));
    await expect(recordFeedback(db, dan, [item(5), item(6)], now)).rejects.toMatchObject({
      code: "FEEDBACK_TOO_OFTEN",
    });
    expect(await rowOf(5)).toBeUndefined();
  });

  it("is refused with anything that it may not hold", async () => {
    const api = apiOf(dora);
    for (const extra of [
      { name: "Mustermann.dcm" },
      { hour: now.toISOString() },
      { id: "x".repeat(100_000) },
    ])
      await expect(
        api.inUse.sendFeedback({ userId: dora.userId, items: [item(7, extra as never)] }),
      ).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect(await rowOf(7)).toBeUndefined();
  });

  it("and statistics are taken of who is signed in, and not of who was", async () => {
    const { db } = deployment;
    const { userId } = dora;
    const items = [{ id: item(8).id, revision: 1, opinion: "withdrawn" as const }];
    const reports = [report(1, 5, 10)];
    for (const sent of [
      apiOf(dan).inUse.sendFeedback({ userId, items }),
      apiOf(dan).inUse.sendStatistics({ userId, reports }),
    ])
      await expect(sent).rejects.toMatchObject({ code: "FORBIDDEN", cause: { code: "NOT_ALLOWED" } });
    expect(await rowOf(8)).toBeUndefined();
    expect(await db.$count(statisticsReports)).toBe(0);
    expect(await apiOf(dora).inUse.sendFeedback({ userId, items })).toEqual({ stored: 1 });
  });
});

describe("statistics and drift", () => {
  it("adds each report once, also when many come at once", async () => {
    const { db } = deployment;
    await Promise.all(
      Array.from({ length: 6 }, (_, i) => recordStatistics(db, [report(i % 3, 5, 10)], settings, now)),
    );
    const [day] = await db.select().from(statisticsDays);
    expect(day).toMatchObject({ reports: 3, day: "2026-11-20", serial: 1, backends: [0, 30] });
    expect(day?.probabilities.at(5)).toBe(30);
    expect(await db.$count(statisticsReports)).toBe(3);
    const late = [
      report(8, 5, 10, "2026-01-01"),
      report(9, 5, 10, "2030-01-01"),
      { ...report(10, 5, 10), serial: 7 },
    ];
    expect(await recordStatistics(db, late, settings, now)).toEqual({ added: 0 });
  });

  it("says that there is nothing to compare with, then raises one event where drift begins and one where it ends", async () => {
    const { db } = deployment;
    const before = await inUseOverview(db, { days: 28, settings, now });
    expect(before.drifts).toMatchObject([{ verdict: { state: "no-reference" } }]);
    await storePredictions();
    expect((await inUseOverview(db, { days: 28, settings, now })).drifts[0]?.verdict).toMatchObject({
      state: "too-few",
      results: 30,
    });
    await recordStatistics(db, [report(20, 18, 300)], settings, now);
    await Promise.all([21, 22].map((n) => recordStatistics(db, [report(n, 18, 50)], settings, now)));
    const [event, ...more] = await events("model_version.drifted");
    expect(more).toEqual([]);
    expect(event).toMatchObject({ entityId: "v1", actor: "statistics" });
    expect(await db.select().from(notifications).where(eq(notifications.kind, "drift"))).toHaveLength(1);
    const { drifts } = await inUseOverview(db, { days: 28, settings, now });
    expect(drifts[0]).toMatchObject({
      reference: { images: "held-out" },
      verdict: { state: "drifted", drift: { expected: 400, observed: 430 } },
    });
    expect(event?.details).toMatchObject({ against: "held-out" });

    const later = new Date(now.getTime() + 20 * 86_400_000);
    const even = (n: number): StatisticsReport => ({
      ...report(n, 0, 0, "2026-12-10"),
      counts: { ...emptyCounts(), probabilities: new Array<number>(20).fill(20) },
    });
    await recordStatistics(db, [even(30)], settings, later);
    await recordStatistics(db, [even(31)], settings, later);
    expect(await events("model_version.drift_ended")).toHaveLength(1);
    await recordStatistics(db, [report(40, 18, 5_000, "2026-12-11")], settings, later);
    expect(await events("model_version.drifted")).toHaveLength(2);
    expect(await db.select().from(notifications).where(eq(notifications.kind, "drift"))).toHaveLength(2);
  });

  it("compares with the validation images of the run that made the weights, where it recorded them", async () => {
    const { db } = deployment;
    const version = await db.query.modelVersions.findFirst();
    const counts = new Array<number>(20).fill(0).with(18, 300);
    const run = await createRun(db, { trigger: "command", key: "made it", source: "inbox", config: demo });
    await db
      .update(trainingRuns)
      .set({ weightsDigest: version?.weightsDigest ?? null, validationProbabilities: counts })
      .where(eq(trainingRuns.id, run.id));
    const [drift] = (await inUseOverview(db, { days: 28, settings, now })).drifts;
    expect(drift).toMatchObject({
      reference: { images: "validation", counts },
      verdict: { state: "stable", drift: { expected: 300 } },
    });
    await db.update(trainingRuns).set({ weightsDigest: null }).where(eq(trainingRuns.id, run.id));
  });

  it("gives the page what is in the record", async () => {
    const overview = await inUseOverview(deployment.db, { days: 28, settings, now });
    expect(overview).toMatchObject({ championSerial: 1, versions: [{ serial: 1, version: "v1" }] });
    expect(overview.feedback).toMatchObject([{ serial: 1, given: 2, disagreed: 2 }]);
    const old = await inUseOverview(deployment.db, { days: 7, settings, now: new Date("2027-06-01") });
    expect(old).toMatchObject({ feedback: [], statistics: [] });
  });

  /** 20 held-out images in each bin. */
  async function storePredictions(): Promise<void> {
    const { db } = deployment;
    const version = await db.query.modelVersions.findFirst();
    const run = await createRun(db, { trigger: "command", key: "x", source: "inbox", config: demo });
    const digest = `sha256:${"e".repeat(64)}` as const;
    const side = { images: 400, patients: 400, normal: 200, pneumonia: 200 };
    await db.insert(datasetVersions).values({
      digest,
      source: "inbox",
      images: 400,
      patients: 400,
      splits: { train: side, validation: side, test: side },
      badFiles: [],
    });
    await db.insert(predictions).values(
      Array.from({ length: 400 }, (_, i) => {
        const probability = (i % 20) / 20 + 0.025;
        return {
          weightsDigest: version?.weightsDigest ?? digest,
          datasetDigest: digest,
          caseId: `c${i}`,
          patientId: `p${i}`,
          split: "test" as const,
          label: (i % 2) as 0 | 1,
          logit: Math.log(probability / (1 - probability)),
          runId: run.id,
        };
      }),
    );
  }
});
