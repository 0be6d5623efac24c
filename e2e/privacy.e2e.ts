import type { Page } from "@playwright/test";
import { dropFile, expect, openReading, shownProbability, test, verdict, waitUntilReady } from "./journey";
import { pngFile } from "./test-files";

const listed = (page: Page, source: string) =>
  page
    .getByRole("dialog")
    .locator(`tr[data-source="${source}"]`)
    .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.address ?? ""));

test.describe("with a service worker", () => {
  test.use({ serviceWorkers: "allow" });

  test("every request is listed with what it sent, and everything kept can be removed", async ({
    page,
    context,
    record,
    baseURL,
  }) => {
    test.setTimeout(90_000);
    await openReading(page);
    await waitUntilReady(page);
    await dropFile(page, pngFile(41));
    await shownProbability(page);
    await page.keyboard.press("y");
    const panel = page.getByRole("dialog", { name: "Privacy" });
    await expect(panel.locator("[data-offline=ready]")).toBeVisible();
    await expect(panel.locator("[data-sent-bytes='0']")).toBeVisible();
    await expect(panel.getByText("has not reported yet")).toHaveCount(0);

    const all = [...(await listed(page, "page")), ...(await listed(page, "worker"))];
    const asked = record.requests
      .filter((request) => !request.serviceWorker())
      .map((request) => request.url().replace(`${baseURL}`, "").replace(/#.*/, ""));
    expect(asked.length).toBeGreaterThan(15);
    expect(asked.filter((address) => !all.includes(address))).toEqual([]);
    expect(all).toContain("/api/models/current");
    expect(await listed(page, "service-worker")).toContain("/runtime/tfjs-backend-wasm-simd.wasm");

    // A body would be counted.
    await page.evaluate(() => fetch("/api/health", { method: "POST", body: "x".repeat(1234) }));
    await expect(panel.locator("[data-sent-bytes='1234']")).toBeVisible();
    await expect(panel.getByText(/^Model /)).toBeVisible();
    await expect(panel.getByRole("definition").filter({ hasText: /^22\.\d\sMB$/ })).toBeVisible();

    await panel.getByRole("button", { name: "Clear all" }).click();
    await expect(panel.getByRole("button", { name: "Cancel" })).toBeFocused();
    await panel.getByRole("button", { name: "Remove everything" }).click();
    await expect(panel.getByText("Everything was removed.")).toBeVisible();
    await expect(verdict(page)).toHaveCount(0);
    const left = await page.evaluate(async () => ({
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: await caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      cookies: document.cookie,
    }));
    expect(left).toEqual({ databases: [], caches: [], workers: 0, cookies: "" });
    expect(await context.cookies()).toEqual([]);
  });
});

test("a browser that keeps nothing still reads, and says so", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "serviceWorker", { value: undefined, configurable: true });
  });
  await openReading(page);
  await waitUntilReady(page);
  await page.keyboard.press("s");
  await shownProbability(page);
  await page.keyboard.press("y");
  await expect(page.locator("[data-offline=unavailable]")).toContainText("as in a private window");
});

test("full storage and denied storage are told apart, and reading works", async ({ page }) => {
  // Storage is broken inside the model's worker, by a line before its script.
  for (const [broken, says] of [
    ["IDBObjectStore.prototype.put=()=>{throw new DOMException('full','QuotaExceededError')}", "no room"],
    ["Object.defineProperty(self,'indexedDB',{value:undefined})", "private window"],
  ] as const) {
    const scripts = /\/_next\/static\/chunks\/turbopack-worker[^/]*\.js/;
    await page.route(scripts, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${broken};${await response.text()}` });
    });
    await openReading(page);
    await expect(page.locator("[data-note=storage]")).toContainText(says, { timeout: 30_000 });
    await page.keyboard.press("s");
    await shownProbability(page);
    // A worker that starts late may still be asking for its script.
    await page.unrouteAll({ behavior: "wait" });
  }
});

test("a browser without vectors is told that it is slow", async ({ page }) => {
  await page.addInitScript(() => {
    WebAssembly.validate = () => false;
  });
  await openReading(page);
  await expect(page.locator("[data-note=slow]")).toContainText("WebAssembly SIMD");
});

test("a browser too old to read says what it lacks, in French too", async ({ page, context, baseURL }) => {
  await context.addCookies([{ name: "locale", value: "fr", url: baseURL as string }]);
  await page.addInitScript(() => {
    Object.defineProperty(window, "WebAssembly", { value: undefined });
  });
  await page.goto("/");
  const message = page.locator("[data-failure=BROWSER_UNSUPPORTED]");
  await expect(message).toContainText("Ce navigateur est trop ancien");
  await expect(message).toContainText("WebAssembly");
});
