import type { Page, Route } from "@playwright/test";
import type { SignedManifest } from "@/lib/manifest";
import { currentModelPointer } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import {
  dropFiles,
  expect,
  openReading,
  reloadReading,
  shownProbability,
  test,
  verdict,
  waitUntilReady,
} from "./journey";
import { pngFile } from "./test-files";
import { publishTestModel, readPublished, restorePublished, revokeTestModels } from "./test-model";

const current = "**/api/models/current";
const weights = /\/api\/models\/weights\/|\/models\/baseline\/.*\.safetensors/;

async function tamper(route: Route, change: (signed: SignedManifest) => void): Promise<void> {
  const response = await route.fetch();
  const signed = (await response.json()) as SignedManifest;
  change(signed);
  await route.fulfill({ json: signed });
}

const lowerThreshold = (signed: SignedManifest) => {
  signed.manifest.threshold.probability = 0.01;
};

async function flipOneByte(route: Route): Promise<void> {
  const response = await route.fetch();
  const body = await response.body();
  const middle = Math.floor(body.length / 2);
  body[middle] = (body[middle] as number) ^ 1;
  await route.fulfill({ body, contentType: "application/octet-stream" });
}

/** Looked at with PNEUMOSCOPE_SCREENS=1, like those of screens.e2e.ts. */
async function keepPicture(page: Page, name: string): Promise<void> {
  if (process.env.PNEUMOSCOPE_SCREENS !== "1") return;
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `test-results/screens/${name}-${width}.png` });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function comeBack(page: Page): Promise<void> {
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
}

test("a manifest that was changed is refused", async ({ page }) => {
  await page.route(current, (route) => tamper(route, lowerThreshold));
  await openReading(page);
  await page.keyboard.press("s");
  await expect(page.locator("aside [data-failure=MANIFEST_SIGNATURE_INVALID]")).toContainText(
    "changed after it was signed",
  );
  await expect(verdict(page)).toHaveCount(0);
  await page.unroute(current);
  await page.getByRole("button", { name: "Try again" }).click();
  // The image that was waiting is read as soon as there is a model that can be trusted.
  await shownProbability(page);
});

test("a manifest by an unknown key is refused", async ({ page }) => {
  await page.route(current, (route) =>
    tamper(route, (signed) => (signed.signature.keyId = "0123456789abcdef")),
  );
  await openReading(page);
  await expect(page.locator("[data-failure=MANIFEST_KEY_UNKNOWN]")).toContainText("does not trust");
});

test("weights with one changed bit are refused", async ({ page }) => {
  await page.route(weights, flipOneByte);
  await openReading(page);
  await page.keyboard.press("s");
  await expect(page.locator("[data-failure=WEIGHTS_DIGEST_MISMATCH]")).toContainText(
    "does not match its signature",
  );
  await expect(verdict(page)).toHaveCount(0);
});

test("a broken download goes on where it stopped, and what was dropped meanwhile is read", async ({
  page,
  record,
}) => {
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
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ body: body.subarray(0, 5_000_000), contentType: "application/octet-stream" });
  });
  await openReading(page);
  await expect(page.getByText(/^5\.0 of 22\.\d\sMB/)).toBeVisible();
  await page.keyboard.press("s");
  await expect(page.getByRole("img", { name: "Synthetic sample 1" })).toBeVisible();
  release();
  await shownProbability(page);
  const ranges = record.requests
    .filter((request) => weights.test(request.url()))
    .map((request) => request.headers().range);
  expect(ranges).toEqual([undefined, "bytes=5000000-"]);
});

test("a second visit takes the weights from this browser, and checks them", async ({ page, record }) => {
  await openReading(page);
  await waitUntilReady(page);
  const fetched = () => record.requests.filter((request) => weights.test(request.url())).length;
  expect(fetched()).toBe(1);
  await reloadReading(page);
  await waitUntilReady(page);
  expect(fetched()).toBe(1);

  // Damage what is stored: it is noticed, and fetched again.
  await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("pneumoscope");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const transaction = database.transaction("weights", "readwrite");
    const store = transaction.objectStore("weights");
    await new Promise<void>((resolve) => {
      const keys = store.getAllKeys();
      keys.onsuccess = () => {
        const key = keys.result[0] as string;
        const value = store.get(key);
        value.onsuccess = () => {
          const bytes = value.result as Uint8Array;
          bytes[1_000_000] = (bytes[1_000_000] as number) ^ 1;
          store.put(bytes, key);
        };
      };
      transaction.oncomplete = () => resolve();
    });
    database.close();
  });
  await reloadReading(page);
  await waitUntilReady(page);
  expect(fetched()).toBe(2);
});

test("without the server the model verified earlier is used, and the page says so", async ({ page }) => {
  await openReading(page);
  await waitUntilReady(page);
  await page.route("**/api/**", (route) => route.abort("connectionrefused"));
  await reloadReading(page);
  await waitUntilReady(page);
  await expect(page.locator("[data-note=offline]")).toContainText("The server cannot be reached");
  await page.keyboard.press("s");
  await shownProbability(page);
  await page.unroute("**/api/**");
  await comeBack(page);
  await expect(page.locator("[data-note=offline]")).toHaveCount(0);
});

test("a changed manifest does not displace the model verified earlier", async ({ page }) => {
  await openReading(page);
  await waitUntilReady(page);
  await page.route(current, (route) => tamper(route, lowerThreshold));
  await reloadReading(page);
  await waitUntilReady(page);
  await expect(page.locator("[data-note=refused]")).toContainText("changed after it was signed");
  await page.keyboard.press("s");
  await shownProbability(page);
});

test.describe("publishing", () => {
  let published: string | null = null;
  test.beforeEach(async () => {
    published = await readPublished();
  });
  test.afterEach(() => restorePublished(published));

  test("a new version is offered, taken without losing the image, and an older one refused", async ({
    page,
    request,
  }) => {
    test.setTimeout(120_000);
    const { manifest: first } = (await (await request.get("/api/models/current")).json()) as SignedManifest;
    await openReading(page);
    await page.keyboard.press("s");
    const before = await shownProbability(page);
    await publishTestModel({ serial: first.serial + 1, version: "next-version", logitShift: -1.5 });
    await comeBack(page);
    await expect(page.getByText("Model version next-version is available.")).toBeVisible();
    // Until it is taken the reading stands.
    expect(await shownProbability(page)).toBe(before);
    await page.keyboard.press("u");
    await expect(page.getByRole("button", { name: /^Model next-version/ })).toBeVisible();
    await expect(page.getByText("is available.")).toHaveCount(0);
    await expect(page.getByRole("img", { name: "Synthetic sample 1" })).toBeVisible();
    expect(await shownProbability(page)).toBeLessThan(before);

    await restorePublished(published);
    await comeBack(page);
    await expect(page.locator("[data-note=refused]")).toContainText("older than the one already used");
    await reloadReading(page);
    await waitUntilReady(page);
    await expect(page.getByRole("button", { name: /^Model next-version/ })).toBeVisible();
  });

  test("a revoked version stops at once and says why; its successor is taken without losing an image", async ({
    page,
    request,
  }) => {
    const { manifest: first } = (await (await request.get("/api/models/current")).json()) as SignedManifest;
    const small = { size: 32, views: ["identity" as const] };
    const a = await publishTestModel({ ...small, serial: first.serial + 1, version: "a", logitShift: 0.5 });
    await openReading(page);
    await dropFiles(page, [pngFile(41), pngFile(42), pngFile(43)]);
    const list = page.getByRole("complementary", { name: "Worklist" });
    await expect(list.locator("[data-count=all]")).toHaveText(/3$/);
    await expect(list.locator("[data-count=pending]")).toHaveCount(0);
    await expect(verdict(page)).toBeVisible();

    const reason = "trained on mislabelled cases";
    await revokeTestModels([a], { current: a, serial: 1, reason });
    await comeBack(page);
    const notice = page.locator("[data-note=revoked]");
    await expect(notice).toContainText(`Model version a is revoked`);
    await expect(notice).toContainText(reason);
    await expect(notice).toContainText("No image is read until there is another one");
    await expect(list.locator("[data-count=revoked]")).toHaveText(/3$/);
    await expect(page.locator("aside [data-revoked=a]")).toContainText("must not be used");
    await keepPicture(page, "revoked-reading");
    await dropFiles(page, [pngFile(44)]);
    await expect(list.locator("tr[data-status=pending]")).toHaveCount(1);
    await expect(page.locator("aside [data-failure=MODEL_REVOKED]")).toContainText(reason);
    await keepPicture(page, "revoked");

    // A replayed answer without the revocation changes nothing.
    await localArtifactStore().writePointer(currentModelPointer, JSON.stringify(a));
    await comeBack(page);
    await expect(page.locator("aside [data-failure=MODEL_REVOKED]")).toBeVisible();

    const b = await publishTestModel({
      ...small,
      serial: first.serial + 2,
      version: "b",
      logitShift: -0.5,
      change: (manifest) => ({ ...manifest, previousVersion: "a", restoresVersion: first.version }),
    });
    await revokeTestModels([a], { current: b, serial: 1, reason });
    await comeBack(page);
    await expect(notice).toContainText("Version b reads from now on");
    await expect(list.locator("tr[data-status=pending]")).toHaveCount(0);
    await expect(list.locator("[data-count=all]")).toHaveText(/4$/);
    await expect(list.locator("[data-count=revoked]")).toHaveText(/3$/);
    await keepPicture(page, "successor");
    await page.getByRole("button", { name: "Read all with b" }).click();
    await expect(list.locator("[data-count=revoked]")).toHaveCount(0);

    // What was revoked is not started again without the server either, once that was heard.
    await revokeTestModels([a, b], { current: b, serial: 2, reason });
    await comeBack(page);
    await expect(notice).toContainText("Model version b is revoked");
    await page.route("**/api/**", (route) => route.abort("connectionrefused"));
    await reloadReading(page);
    await expect(page.locator("[data-failure=MODEL_REVOKED]")).toContainText(reason);
    await page.keyboard.press("s");
    await expect(page.getByRole("img", { name: "Synthetic sample 1" })).toBeVisible();
    await expect(verdict(page)).toHaveCount(0);
  });

  test("a version whose known answers this browser does not reproduce is not used", async ({
    page,
    request,
  }) => {
    const { manifest: first } = (await (await request.get("/api/models/current")).json()) as SignedManifest;
    await publishTestModel({
      serial: first.serial + 1,
      version: "wrong-answers",
      change: (manifest) => ({
        ...manifest,
        knownAnswers: manifest.knownAnswers.map((answer) => ({ ...answer, logit: answer.logit + 0.05 })),
      }),
    });
    await openReading(page);
    await page.keyboard.press("s");
    await expect(page.locator("[data-failure=KNOWN_ANSWER_MISMATCH]")).toContainText(
      "computes the model wrongly",
    );
    await expect(verdict(page)).toHaveCount(0);
  });
});
