import type { Page } from "@playwright/test";
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
import { jpegFile, pngFile } from "./test-files";

const { front, origin } = withFrontServer();

/** Waits until the product's files are kept. */
async function kept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active?.state === "activated") return;
    await new Promise<void>((resolve) =>
      active?.addEventListener("statechange", () => active.state === "activated" && resolve()),
    );
  });
}

const keptPaths = (page: Page) =>
  page.evaluate(async () => {
    const paths: string[] = [];
    for (const name of await caches.keys())
      for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
    return paths;
  });

test("after one visit the page reads with the server stopped, in either language", async ({ page }) => {
  test.setTimeout(90_000);
  await openReading(page);
  await waitUntilReady(page);
  await kept(page);
  await dropFile(page, pngFile(31));
  const online = await shownProbability(page);
  await front().stop();

  await expect(fetch(`${origin}/`)).rejects.toThrow();
  await reloadReading(page);
  await waitUntilReady(page);
  await expect(page.locator("[data-note=offline]")).toBeVisible();
  await dropFile(page, pngFile(31));
  expect(await shownProbability(page)).toBe(online);
  await dropFile(page, await jpegFile(32, false));
  await expect(page.getByRole("img", { name: "scan-32.jpg" })).toBeVisible();
  await shownProbability(page);
  await page.getByRole("link", { name: "Account" }).click();
  await expect(page.locator("[data-note=stayed]")).toBeVisible();
  await expect(page.getByRole("img", { name: "scan-32.jpg" })).toBeVisible();

  await page.keyboard.press("g");
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await reloadReading(page);
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await page.getByRole("link", { name: "Compte" }).click();
  await expect(page).toHaveURL("/");
  await expect(page.locator("[data-note=offline]")).toBeVisible();

  const paths = await keptPaths(page);
  expect(paths).toContain("/");
  expect(paths.filter((path) => path.startsWith("/api/") || path.includes("weights"))).toEqual([]);
  expect(front().seen.filter(({ line }) => !line.startsWith("GET "))).toEqual([]);
});

test("a newer build is offered, never forced, and its predecessor's files go", async ({ page }) => {
  test.setTimeout(90_000);
  await openReading(page);
  await kept(page);
  const before = await page.evaluate(() => caches.keys());
  front().changeServiceWorker((text) => text.replaceAll(/\b[0-9a-f]{16}\b/g, "ffffffffffffffff"));
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await expect(page.getByText("A newer version of this page is ready")).toBeVisible();
  await dropFile(page, pngFile(33));
  await shownProbability(page);
  expect(await page.evaluate(() => caches.keys())).toEqual(
    [...before, "pneumoscope-ffffffffffffffff"].sort(),
  );

  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.locator("[data-verdict]")).toHaveCount(0);
  await waitUntilReady(page);
  expect(await page.evaluate(() => caches.keys())).toEqual(["pneumoscope-ffffffffffffffff"]);
});
