import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { connectDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { inviteUser } from "@/lib/server/accounts/invite";
import { takeLink } from "@/lib/server/accounts/one-time-links";
import { reconcile } from "@/lib/server/jobs/scheduler";
import { readOverview } from "@/lib/server/overview/read-overview";
import { createRun, endRun, enterStage, recordEpochs, startRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { expect, test } from "./journey";

const password = "an owl in the library";

/** Barriers that axe finds, and what scrolls sideways on a narrow phone. */
async function check(page: Page, state: string): Promise<void> {
  for (const theme of ["light", "dark"]) {
    await page.locator("html").evaluate((html, value) => {
      html.dataset.theme = value;
    }, theme);
    const axe = new AxeBuilder({ page });
    // Only contrast depends on the theme.
    const { violations } = await (theme === "light" ? axe.withRules(["color-contrast"]) : axe).analyze();
    expect
      .soft(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        `${state}, ${theme}`,
      )
      .toEqual([]);
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
      [320, 640],
    ] as const) {
      await page.setViewportSize({ width, height });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect.soft(overflow, `${state} at ${width} scrolls sideways`).toBeLessThanOrEqual(0);
      if (process.env.PNEUMOSCOPE_SCREENS === "1" && width > 320)
        await page.screenshot({
          path: `test-results/screens/${state}-${width}-${theme}.png`,
          fullPage: true,
        });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

test("the overview: what to do first, a run seen live without a reload, and the way to every page", async ({
  page,
}) => {
  const database = await connectDatabase();
  const { db } = database;
  try {
    await reconcile({ database: async () => database, store: localArtifactStore() });
    const secret = await inviteUser(db, "test", { email: "olga@example.org", role: "viewer" });
    await takeLink(db, { secret, password, name: "Olga" });
    await page.goto("/overview");
    await expect(page).toHaveURL(/\/sign-in\?next=%2Foverview/);
    await page.getByLabel("E-mail").fill("olga@example.org");
    await page.getByLabel("Password").fill(password);
    const live = page.waitForResponse((response) => response.url().includes("/api/live"));
    await page.getByRole("button", { name: "Sign in" }).click();
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
    await check(page, "overview-fresh");

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
    await check(page, "overview-training");
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
    await check(page, "menu");
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
