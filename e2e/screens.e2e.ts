import type { Page } from "@playwright/test";
import { dicomFile } from "./dicom-file";
import {
  dropFile,
  expect,
  openReading,
  reloadReading,
  shownProbability,
  test,
  waitUntilReady,
} from "./journey";
import { hugePngFile, photographFile, pngFile } from "./test-files";
import { publishTestModel, readPublished, restorePublished } from "./test-model";

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/** Pictures to look at, in both themes, under test-results/screens: PNEUMOSCOPE_SCREENS=1 npm run test:e2e -- screens */
async function picture(page: Page, name: string): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    await takePictures(page, `${name}-${size.width}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${name} at ${size.width} scrolls sideways`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize(sizes[0] as { width: number; height: number });
}

async function takePictures(page: Page, name: string): Promise<void> {
  for (const theme of ["light", "dark"]) {
    await page.locator("html").evaluate((html, value) => {
      html.dataset.theme = value;
    }, theme);
    await page.waitForTimeout(250);
    await page.screenshot({ path: `test-results/screens/${name}-${theme}.png` });
  }
}

const weights = /\/api\/models\/weights\/|\/models\/baseline\/.*\.safetensors/;

test("ready, done, details, model card, keys, dragging, errors", async ({ page }) => {
  test.setTimeout(90_000);
  await openReading(page);
  await waitUntilReady(page);
  await picture(page, "ready");

  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "a.png"));
    window.dispatchEvent(new DragEvent("dragenter", { dataTransfer }));
  });
  await picture(page, "dragging");
  await page.evaluate(() => window.dispatchEvent(new DragEvent("dragleave")));

  await dropFile(page, pngFile(22));
  await shownProbability(page);
  await picture(page, "done");
  await page.getByText("Details").click();
  await picture(page, "details");
  await page.keyboard.press("m");
  await expect(page.getByRole("dialog")).toBeVisible();
  await picture(page, "model-card");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("?");
  await picture(page, "keys");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("s");
  await shownProbability(page);
  await picture(page, "sample");
  await dropFile(page, hugePngFile());
  await expect(page.locator("[data-failure=IMAGE_TOO_LARGE]")).toBeVisible();
  await picture(page, "bad-file");
});

test("cautions, patient, map, side by side, turned, presets, refused", async ({ page }) => {
  test.setTimeout(90_000);
  await openReading(page);
  await dropFile(page, dicomFile({ width: 1500, height: 1300, frames: 3, view: "LL", age: "064Y" }));
  await shownProbability(page);
  await expect(page.locator("[data-pane] canvas[data-drawn]")).toBeVisible();
  await picture(page, "cautions");
  await page.keyboard.press("e");
  await page.keyboard.press("c");
  await picture(page, "map");
  await page.keyboard.press("b");
  await picture(page, "side-by-side");
  await page.keyboard.press("b");
  await page.keyboard.press(">");
  await page.getByRole("button", { name: /^Window:/ }).click();
  await picture(page, "presets");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await dropFile(page, await photographFile());
  await expect(page.locator("[data-refused]")).toBeVisible();
  await expect(page.locator("[data-pane] canvas[data-drawn]")).toBeVisible();
  await picture(page, "refused-image");
});

test("loading, working", async ({ page }) => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let first = true;
  await page.route(weights, async (route) => {
    if (!first) {
      await held;
      return route.continue();
    }
    first = false;
    const body = await (await route.fetch()).body();
    await route.fulfill({ body: body.subarray(0, 9_300_000), contentType: "application/octet-stream" });
  });
  await openReading(page);
  await expect(page.getByText(/^9\.3 of 22\.\d\sMB/)).toBeVisible();
  await picture(page, "loading");
  await page.keyboard.press("s");
  await expect(page.getByRole("img", { name: "Synthetic sample 1" })).toBeVisible();
  await picture(page, "loading-with-image");
  release();
  await shownProbability(page);
});

test("refused, last good, offered", async ({ page, request }) => {
  test.setTimeout(90_000);
  await page.route(weights, (route) => route.fulfill({ body: "x".repeat(22_400_000) }));
  await openReading(page);
  await expect(page.locator("[data-failure=WEIGHTS_DIGEST_MISMATCH]")).toBeVisible();
  await picture(page, "refused");
  await page.unroute(weights);
  await reloadReading(page);
  await waitUntilReady(page);

  await page.route("**/api/models/current", (route) => route.abort("connectionrefused"));
  await reloadReading(page);
  await expect(page.locator("[data-note=offline]")).toBeVisible();
  await page.keyboard.press("s");
  await shownProbability(page);
  await picture(page, "offline");
  await page.unroute("**/api/models/current");

  const published = await readPublished();
  try {
    const { manifest } = await (await request.get("/api/models/current")).json();
    await publishTestModel({ serial: manifest.serial + 1, version: "v2" });
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await expect(page.getByText("Model version v2 is available.")).toBeVisible();
    await picture(page, "new-version");
  } finally {
    await restorePublished(published);
  }
});

test("not found", async ({ page }) => {
  await page.goto("/nowhere");
  await expect(page.getByText("There is no such page")).toBeVisible();
  await picture(page, "not-found");
});
