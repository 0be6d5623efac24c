import { devices, type Page } from "@playwright/test";
import type { SignedManifest } from "@/lib/manifest";
import config from "../playwright.config";
import { dropFile, expect, openReading, shownProbability, test } from "./journey";
import { pngFile } from "./test-files";
import { publishTestModel, readPublished, restorePublished } from "./test-model";

// SwiftShader: a GPU imitated in software. It shows that the shaders compute the right thing, not how fast.
test.use({
  ...devices["Desktop Chrome"],
  launchOptions: {
    ...config.use?.launchOptions,
    args: [
      ...(config.use?.launchOptions?.args ?? []),
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
    ],
  },
});

const smallSide = 32;
let published: string | null = null;

test.beforeAll(async ({ playwright }, { project }) => {
  const request = await playwright.request.newContext({ baseURL: project.use.baseURL });
  const { manifest } = (await (await request.get("/api/models/current")).json()) as SignedManifest;
  await request.dispose();
  published = await readPublished();
  await publishTestModel({ serial: manifest.serial + 1, version: "small", size: smallSide });
});
test.afterAll(() => restorePublished(published));

async function logitOn(page: Page, backend: "webgpu" | "wasm"): Promise<number> {
  await openReading(page, `/?backend=${backend}`);
  await dropFile(page, pngFile(71));
  await shownProbability(page);
  await expect(page.locator("[data-backend]")).toHaveAttribute("data-backend", backend);
  await page.getByText("Details").click();
  const row = page.locator("dl > div").filter({ has: page.getByText("Logit", { exact: true }) });
  return Number(await row.locator("dd").getAttribute("title"));
}

test("WebGPU and WebAssembly give the same logit", async ({ page }) => {
  test.setTimeout(150_000);
  const gpu = await logitOn(page, "webgpu");
  const wasm = await logitOn(page, "wasm");
  expect(Math.abs(gpu)).toBeGreaterThan(1e-3);
  expect(Math.abs(gpu - wasm)).toBeLessThanOrEqual(1e-4);
});

test("an imitated GPU is passed over unless it is asked for", async ({ page }) => {
  await openReading(page);
  expect(
    await page.evaluate(
      async () =>
        (await (
          navigator as unknown as { gpu: { requestAdapter(): Promise<unknown> } }
        ).gpu.requestAdapter()) !== null,
    ),
  ).toBe(true);
  await page.keyboard.press("s");
  await shownProbability(page);
  await expect(page.locator("[data-backend]")).toHaveAttribute("data-backend", "wasm");
});
