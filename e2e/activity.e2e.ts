import { type ConnectedDatabase, connectDatabase } from "@/lib/node/connect-database";
import { createRun, endRun, enterStage, startRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { expect, openReading, test } from "./journey";

let database: ConnectedDatabase;
test.beforeAll(async () => {
  database = await connectDatabase();
});
test.afterAll(() => database.close());

test("runs are listed with their state, stage and reason", async ({ page }) => {
  const { db } = database;
  const request = { source: "inbox", config: demo };
  const skipped = await createRun(
    db,
    { trigger: "schedule", key: "2026-11-19", ...request },
    new Date("2026-11-19T03:00:00Z"),
  );
  await startRun(db, skipped.id);
  await enterStage(db, skipped.id, "look");
  await endRun(db, skipped.id, { state: "skipped", reason: "No new images since the last dataset version." });
  const failed = await createRun(
    db,
    { trigger: "schedule", key: "2026-11-20", ...request },
    new Date("2026-11-20T03:00:00Z"),
  );
  await startRun(db, failed.id);
  await enterStage(db, failed.id, "train");
  await endRun(db, failed.id, {
    state: "failed",
    reason: "The trainer at 127.0.0.1:7461 gave no answer. Start it with npm run trainer.",
    errorCode: "TRAINER_UNREACHABLE",
  });

  await page.goto("/activity");
  const runs = page.getByRole("table", { name: /Training runs/ });
  await expect(runs.getByRole("row", { name: /Skipped look No new images/ })).toBeVisible();
  await expect(runs.getByRole("row", { name: /Failed train The trainer at/ })).toBeVisible();
  const order = await runs.getByRole("row").allInnerTexts();
  expect(order.findIndex((row) => row.includes(failed.id))).toBeLessThan(
    order.findIndex((row) => row.includes(skipped.id)),
  );
});

test("the page says so when the record cannot be read, and that reading still works", async ({ page }) => {
  await page.route("**/api/trpc/**", (route) => route.abort("connectionrefused"));
  await page.goto("/activity");
  await expect(page.getByRole("alert").filter({ hasText: "The record cannot be read" })).toHaveCount(2);
  await expect(page.getByText("Reading images works without it.").first()).toBeVisible();
  await page.unroute("**/api/trpc/**");
  await page.getByRole("button", { name: "Try again" }).first().click();
  await expect(page.getByRole("heading", { name: "Training runs" })).toBeVisible();
  await expect(page.getByRole("alert").filter({ hasText: "The record cannot be read" })).toHaveCount(1);
});

test("an image stays on screen across a visit to the activity page", async ({ page }) => {
  await openReading(page);
  await page.keyboard.press("s");
  await expect(page.locator("[data-verdict]")).toBeVisible();
  await page.getByRole("link", { name: "Activity" }).click();
  await expect(page.getByRole("heading", { name: "Training runs" })).toBeVisible();
  await page.getByRole("link", { name: "Read" }).click();
  await expect(page.locator("[data-verdict]")).toBeVisible();
  await expect(page.getByRole("img", { name: "Synthetic sample 1" })).toBeVisible();
});
