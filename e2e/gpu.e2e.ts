import { devices, type Page, type Worker } from "@playwright/test";
import config from "../playwright.config";
import { dropFile, dropFiles, expect, openReading, shownProbability, test, waitUntilReady } from "./journey";
import { pngFile } from "./test-files";
import { withTestModel } from "./test-model";

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
/** It compiles every shader on the processor. */
const slowly = { timeout: 90_000 };
/** The part of WebGPU that the tests reach into, with what they keep there. */
interface GpuScope {
  GPUAdapter: { prototype: { requestDevice(...options: unknown[]): Promise<{ destroy(): void }> } };
  GPUQueue: { prototype: { submit(...commands: unknown[]): void } };
  testDevice?: { destroy(): void };
}

withTestModel({ version: "small", size: smallSide, views: ["identity"] });

async function logitOf(page: Page): Promise<number> {
  const row = page.locator("dl > div").filter({ has: page.getByText("Logit", { exact: true }) });
  if (!(await row.isVisible())) await page.getByText("Details").click();
  return Number(await row.locator("dd").getAttribute("title"));
}

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

test.describe("a GPU that fails while it is used", () => {
  // Lets the imitated GPU pass for a real one, and keeps hold of its device and queue.
  async function openOnGpu(page: Page): Promise<Worker> {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/api/models/current", async (route) => {
      await held;
      await route.continue();
    });
    const started = page.waitForEvent("worker");
    const opened = openReading(page);
    const worker = await started;
    await worker.evaluate(() => {
      const scope = globalThis as unknown as GpuScope;
      // A busy machine takes longer to imitate a GPU than a GPU may take.
      const { setTimeout: later } = globalThis;
      const patient = (action: () => void, ms = 0) => later(action, ms > 10_000 ? ms * 20 : ms);
      Object.assign(globalThis, { setTimeout: patient });
      Object.defineProperty(scope.GPUAdapter.prototype, "info", { get: () => ({ vendor: "test" }) });
      const { requestDevice } = scope.GPUAdapter.prototype;
      scope.GPUAdapter.prototype.requestDevice = async function (...options) {
        scope.testDevice = await requestDevice.apply(this, options);
        return scope.testDevice;
      };
    });
    release();
    await opened;
    return worker;
  }

  const backendOf = (page: Page) => page.locator("[data-backend]");

  test("a lost device: WebAssembly gives the same logit from then on, and the page says so", async ({
    page,
  }) => {
    test.setTimeout(120_000);
    const worker = await openOnGpu(page);
    await waitUntilReady(page, slowly);
    await dropFile(page, pngFile(72));
    await shownProbability(page);
    await expect(backendOf(page)).toHaveAttribute("data-backend", "webgpu");
    const gpu = await logitOf(page);
    expect(Math.abs(gpu)).toBeGreaterThan(1e-3);
    await worker.evaluate(() => (globalThis as unknown as GpuScope).testDevice?.destroy());
    await expect(page.locator("[data-note=backend]")).toContainText(/WebGPU (stopped working|went wrong)/);
    await dropFile(page, { ...pngFile(72), name: "again.png" });
    await expect(page.getByRole("img", { name: "again.png" })).toBeVisible();
    await shownProbability(page);
    await expect(backendOf(page)).toHaveAttribute("data-backend", "wasm");
    expect(Math.abs(gpu - (await logitOf(page)))).toBeLessThanOrEqual(1e-4);
  });

  test("a device that computes nonsense: results since its last good test are taken back and read again", async ({
    page,
  }) => {
    test.setTimeout(120_000);
    const worker = await openOnGpu(page);
    await waitUntilReady(page, slowly);
    await dropFile(page, pngFile(74));
    const right = await shownProbability(page);
    const diagnostics = page.locator("[data-diagnostics]");
    await expect(async () => {
      const close = page.getByRole("dialog").getByRole("button", { name: "Close" });
      if (await close.isVisible()) await close.click();
      await expect(diagnostics).toHaveCount(0);
      await page.keyboard.press("x");
      await expect(diagnostics).toContainText("tests while reading: 1 passed, 0 failed", { timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await expect(diagnostics).toHaveCount(0);
    await worker.evaluate(() => {
      (globalThis as unknown as GpuScope).GPUQueue.prototype.submit = () => undefined;
    });
    await dropFiles(page, [pngFile(75), pngFile(76)]);
    await expect(page.locator("[data-note=backend]")).toContainText(
      "WebGPU went wrong while reading. 2 results were taken back",
    );
    const list = page.getByRole("complementary", { name: "Worklist" });
    await expect(list.locator("[data-count=pending]")).toHaveCount(0, slowly);
    await expect(backendOf(page)).toHaveAttribute("data-backend", "wasm");
    // What was read before the last good test stands, by the backend that read it.
    await list.getByRole("button", { name: "chest-74.png", exact: true }).click();
    await expect(backendOf(page)).toHaveAttribute("data-backend", "webgpu");
    expect(await shownProbability(page)).toBe(right);

    await page.keyboard.press("x");
    await expect(diagnostics).toContainText("webgpu left");
    await expect(diagnostics).toContainText("wasm started");
    await expect(diagnostics).toContainText("1 failed");
    await expect(diagnostics).not.toContainText("chest-");
  });
});
