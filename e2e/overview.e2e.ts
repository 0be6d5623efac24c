import { connectDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { reconcile } from "@/lib/server/jobs/scheduler";
import { readOverview } from "@/lib/server/overview/read-overview";
import { createRun, endRun, enterStage, recordEpochs, startRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { addUser, checkPage, enterPassword } from "./dashboard";
import { expect, test } from "./journey";

test("the overview: what to do first, a run seen live without a reload, and the way to every page", async ({
  page,
}) => {
  const database = await connectDatabase();
  const { db } = database;
  try {
    await reconcile({ database: async () => database, store: localArtifactStore() });
    await addUser(db, "oscar@example.org", "viewer");
    await page.goto("/overview");
    await expect(page).toHaveURL(/\/sign-in\?next=%2Foverview/);
    const live = page.waitForResponse((response) => response.url().includes("/api/live"));
    await enterPassword(page, "oscar@example.org");
    await expect(page.locator("[data-champion]")).toBeVisible();
    await expect(page.getByRole("link", { name: "Overview" })).toHaveAttribute("aria-current", "page");
    const { setUp } = await readOverview(db);
    if (!setUp.hasData || !setUp.hasRun || !setUp.hasDecision)
      for (const [step, done] of [
        ["account", true],
        ["data", setUp.hasData],
        ["run", setUp.hasRun],
      ] as const)
        await expect(page.locator(`[data-step=${step}]`)).toHaveAttribute("data-done", String(done));
    await expect(page.locator("[data-health]")).toHaveCount(4);
    expect((await live).headers()["content-type"]).toContain("text/event-stream");
    await checkPage(page, "overview-fresh");

    let loads = 0;
    page.on("load", () => loads++);
    const run = await createRun(db, {
      trigger: "command",
      key: "overview",
      source: "inbox",
      config: { ...demo, epochs: 3 },
    });
    const current = page.locator(`[data-current="${run.id}"]`);
    await expect(current).toContainText("waiting for its turn");
    await startRun(db, run.id);
    await enterStage(db, run.id, "train");
    for (const epoch of [1, 2]) {
      await recordEpochs(db, run.id, [{ ...metrics, epoch }]);
      await expect(current).toContainText(`${epoch} of 3 epochs`);
    }
    await checkPage(page, "overview-training");
    await endRun(db, run.id, { state: "skipped", reason: "It was only looked at." });
    await expect(current).toHaveCount(0);
    await expect(page.locator(`[data-last="${run.id}"]`)).toContainText("It was only looked at.");
    await expect(page.getByText(`Run ${run.id} found nothing to do`)).toBeVisible();
    expect(loads).toBe(0);

    // On a phone the pages are behind one button, which the keyboard opens, and each is one further step.
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole("button", { name: "Pages" }).focus();
    await page.keyboard.press("Enter");
    const models = page.getByRole("link", { name: "Models" });
    await expect(models).toBeVisible();
    await checkPage(page, "menu");
    await page.setViewportSize({ width: 320, height: 640 });
    await models.focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/models$/);
    await expect(models).toHaveCount(0);
    await page.goto("/overview");
    await expect(page.locator("[data-champion]")).toBeVisible();
  } finally {
    await database.close();
  }
});

const metrics = {
  train_loss: 0.4,
  train_accuracy: 0.8,
  val_loss: 0.5,
  val_accuracy: 0.8,
  precision: null,
  recall: null,
  specificity: null,
  f1: null,
  auc: 0.91,
  learningRate: 1e-3,
  durationMs: 62_000,
};
