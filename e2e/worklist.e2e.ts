import type { Page } from "@playwright/test";
import type { SignedManifest } from "@/lib/manifest";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { dropFiles, expect, openReading, type TestFile, test, waitUntilReady } from "./journey";
import { publishTestModel, readPublished, restorePublished } from "./test-model";

// A small input makes the network fast: these journeys are about the list.
const smallSide = 32;
let published: string | null = null;
let serial = 0;

test.beforeAll(async ({ playwright }, { project }) => {
  const request = await playwright.request.newContext({ baseURL: project.use.baseURL });
  const { manifest } = (await (await request.get("/api/models/current")).json()) as SignedManifest;
  await request.dispose();
  published = await readPublished();
  serial = manifest.serial + 1;
  await publishTestModel({ serial, version: "small", size: smallSide, views: ["identity"] });
});
test.afterAll(() => restorePublished(published));

function drawn(count: number): TestFile[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `chest-${String(i + 1).padStart(3, "0")}.png`,
    type: "image/png",
    bytes: encodePng(drawSyntheticRadiograph({ width: 120, height: 96, seed: i, pneumonia: i % 2 === 1 })),
  }));
}

function broken(count: number): TestFile[] {
  const [whole] = drawn(1) as [TestFile];
  const kinds = [
    new TextEncoder().encode("not an image"),
    new Uint8Array(),
    whole.bytes.subarray(0, whole.bytes.length / 2),
  ];
  return Array.from({ length: count }, (_, i) => ({
    name: `broken-${i + 1}.png`,
    type: "image/png",
    bytes: kinds[i % kinds.length] as Uint8Array,
  }));
}

const list = (page: Page) => page.getByRole("complementary", { name: "Worklist" });
const chip = (page: Page, status: string) => list(page).locator(`[data-count=${status}]`);
const countOf = async (page: Page, status: string) => {
  const found = chip(page, status);
  return (await found.count()) === 0 ? 0 : Number(/\d+$/.exec(await found.innerText())?.[0]);
};
/** The longest task that held up the page since it was opened, and what the page's heap holds. */
async function watchTasks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) tasks.push(entry.duration);
    }).observe({ type: "longtask" });
    Object.assign(window, { tasks });
  });
  return () => page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks));
}

test("200 images, ten of them broken: none stops the others, and the list can be worked with", async ({
  page,
}) => {
  test.setTimeout(120_000);
  await openReading(page);
  await waitUntilReady(page);
  const longestTask = await watchTasks(page);
  const files = drawn(189);
  files.splice(20, 0, ...broken(10));
  files.push({ ...(files[0] as TestFile), name: "copy-of-1.png" });
  const startedAt = Date.now();
  await dropFiles(page, files);

  await expect(chip(page, "all")).toHaveText(/200$/);
  await list(page).getByRole("button", { name: "Stop" }).click();
  const cancelled = await countOf(page, "cancelled");
  expect(cancelled).toBeGreaterThan(0);
  await list(page)
    .getByRole("button", { name: /^Go on with/ })
    .click();
  await expect(chip(page, "pending")).toHaveCount(0, { timeout: 60_000 });
  console.log(`200 images in ${Date.now() - startedAt} ms, longest task ${await longestTask()} ms`);
  expect(await countOf(page, "failed")).toBe(10);
  expect(await countOf(page, "duplicate")).toBe(1);
  expect(
    (await countOf(page, "pneumonia")) + (await countOf(page, "normal")) + (await countOf(page, "uncertain")),
  ).toBe(189);
  expect(await longestTask()).toBeLessThan(200);

  // Sorted by suspicion: probabilities fall from row to row.
  const probabilities = await list(page)
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows
        .sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
        .map((row) => Number(row.querySelector("data")?.getAttribute("value"))),
    );
  expect(probabilities.length).toBeGreaterThan(10);
  expect(probabilities.length).toBeLessThan(60);
});
