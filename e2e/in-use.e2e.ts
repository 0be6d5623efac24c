import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetVersions, predictions } from "@/drizzle/schema";
import { addCounts, countsOf, emptyCounts } from "@/lib/in-use/statistics";
import { connectDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { createRandom } from "@/lib/random";
import { recordStatistics } from "@/lib/server/in-use/record-statistics";
import { reconcile } from "@/lib/server/jobs/scheduler";
import { settingDefinitions } from "@/lib/server/settings/definitions";
import { createRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { addUser, checkPage, signIn } from "./dashboard";
import { withFrontServer } from "./front-server";
import {
  dropFile,
  expect,
  openReading,
  reloadReading,
  shownProbability,
  test,
  waitUntilReady,
} from "./journey";
import { pngFile } from "./test-files";

const { front, testedOrigin } = withFrontServer();

const datasetDigest = `sha256:${"e".repeat(64)}` as const;

/** Three weeks of shared counts that lean higher than what the record says of held-out images. */
async function seedStatistics(db: Database): Promise<void> {
  const version = await db.query.modelVersions.findFirst();
  if (!version) throw new Error("no version is on record");
  const run = await createRun(db, { trigger: "command", key: "in-use", source: "inbox", config: demo });
  const side = { images: 400, patients: 400, normal: 200, pneumonia: 200 };
  await db.insert(datasetVersions).values({
    digest: datasetDigest,
    source: "inbox",
    images: 400,
    patients: 400,
    splits: { train: side, validation: side, test: side },
    badFiles: [],
  });
  const random = createRandom(5);
  await db.insert(predictions).values(
    Array.from({ length: 400 }, (_, i) => ({
      weightsDigest: version.weightsDigest,
      datasetDigest,
      caseId: `c${i}`,
      patientId: `p${i}`,
      split: "test" as const,
      label: (i % 2) as 0 | 1,
      logit: (i % 2 ? 5 : -5) + 5 * (random.next() - 0.5),
      runId: run.id,
    })),
  );
  const settings = settingDefinitions.drift.initial;
  for (let age = 21; age >= 0; age--) {
    const outcomes = Array.from({ length: 40 }, () =>
      random.next() < 0.06
        ? countsOf({ backend: "wasm", refused: "unlike-training" })
        : countsOf({
            backend: random.next() < 0.7 ? "webgpu" : "wasm",
            probability: random.next() ** (age > 8 ? 1.2 : 0.5),
            durationMs: 80 + 900 * random.next(),
          }),
    );
    const day = new Date(Date.now() - age * 86_400_000).toISOString().slice(0, 10);
    const counts = outcomes.reduce(addCounts, emptyCounts());
    const id = age.toString(16).padStart(32, "0");
    await recordStatistics(db, [{ id, day, serial: version.serial, counts }], settings);
  }
}

test("a doctor disagrees without the server, and an administrator sees it once the server is back", async ({
  page,
  browser,
}) => {
  test.setTimeout(120_000);
  const database = await connectDatabase();
  const { db } = database;
  try {
    await reconcile({ database: async () => database, store: localArtifactStore() });
    for (const [email, role] of [
      ["otto@example.org", "doctor"],
      ["olga@example.org", "admin"],
    ] as const)
      await addUser(db, email, role);
    await signIn(page, "otto@example.org", "/");
    await openReading(page);
    await waitUntilReady(page);
    await dropFile(page, pngFile(71));
    await shownProbability(page);
    const panel = page.getByRole("region", { name: "Do you agree?" });
    await expect(panel).toBeVisible();
    await checkPage(page, "feedback");
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.keyboard.press("y");
    await expect(page.locator("[data-offline=ready]")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);

    await front().stop();
    await page.keyboard.press("Shift+D");
    await expect(panel.locator("[data-feedback=disagree][data-waits=true]")).toBeVisible();
    // Another visit, with nothing but what this browser keeps.
    await reloadReading(page);
    await waitUntilReady(page);
    await dropFile(page, pngFile(71));
    await shownProbability(page);
    await expect(panel.locator("[data-feedback=disagree][data-waits=true]")).toBeVisible();
    expect(await db.query.feedback.findMany()).toEqual([]);

    await front().start();
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await expect(panel.locator("[data-feedback=disagree][data-waits=false]")).toBeVisible();
    const rows = await db.query.feedback.findMany();
    expect(rows).toMatchObject([{ opinion: "disagree", serial: 1, revision: 1 }]);
    expect(JSON.stringify(rows)).not.toMatch(/chest-71|otto/);
    await page.keyboard.press("y");
    await expect(
      page.getByRole("dialog").locator("tr", { hasText: "POST /api/trpc/inUse.sendFeedback" }).first(),
    ).toBeVisible();
    await page.keyboard.press("Escape");

    const context = await browser.newContext({
      baseURL: testedOrigin,
      viewport: { width: 1440, height: 900 },
    });
    const admin = await context.newPage();
    await signIn(admin, "olga@example.org", "/in-use");
    await expect(admin.locator("[data-feedback-of='1']")).toContainText("0");
    await expect(admin.locator("[data-feedback-of='1']")).toContainText("#1");
    await seedStatistics(db);
    await admin.reload();
    await expect(admin.locator("[data-drift=drifted]")).toBeVisible();
    await expect(admin.locator("canvas, svg[role=img]").first()).toBeVisible();
    await checkPage(admin, "in-use");
    await admin.goto("/models/champion");
    await expect(admin.locator("[data-signature=valid]")).toBeVisible();
    await admin.getByRole("combobox", { name: "Alias" }).fill("ward-3");
    await admin.getByRole("button", { name: "Let it stand for this version" }).click();
    await expect(admin.locator("[data-alias=ward-3]")).toBeVisible();
    await checkPage(admin, "model");
    for (const format of ["safetensors", "onnx", "tfjs"]) {
      const answer = await admin.request.get(`/api/models/exports/v1/${format}`);
      expect(answer.status()).toBe(200);
      expect((await answer.body()).length).toBeGreaterThan(22e6);
    }
    await context.close();

    await page.keyboard.press("q");
    await expect(panel.locator("[data-feedback]")).toHaveCount(0);
    await expect.poll(async () => (await db.query.feedback.findFirst())?.opinion ?? null).toBeNull();
  } finally {
    // A version without its images would stand in the way of the journeys that train.
    await db.delete(predictions).where(eq(predictions.datasetDigest, datasetDigest));
    await db.delete(datasetVersions).where(eq(datasetVersions.digest, datasetDigest));
    await database.close();
  }
});
