import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import {
  dropFile,
  expect,
  fileOf,
  openReading,
  reloadReading,
  shownProbability,
  type TestFile,
  test,
  verdict,
  waitUntilReady,
} from "./journey";
import { predictByCommand } from "./predict-command";
import { jpegFile, pngFile } from "./test-files";

test("a dropped file gives the command's probability, on a named backend", async ({ page }) => {
  const files: TestFile[] = [pngFile(21), pngFile(22), await jpegFile(23, false), await jpegFile(24, true)];
  const expected = await predictByCommand(files);
  expect(new Set(expected.map(({ probability }) => probability.toFixed(6))).size).toBe(files.length);
  await openReading(page);
  for (const [i, file] of files.entries()) {
    await dropFile(page, file);
    await expect(page.getByRole("img", { name: file.name })).toBeVisible();
    const probability = await shownProbability(page);
    expect(Math.abs(probability - (expected[i]?.probability as number)), file.name).toBeLessThanOrEqual(
      0.001,
    );
    const { label, uncertain } = expected[i] as { label: string; uncertain: boolean };
    await expect(verdict(page)).toHaveText(uncertain ? "UNCERTAIN" : label);
    await expect(verdict(page)).toHaveAttribute("data-label", label);
  }
  await expect(page.locator("[data-backend]")).toHaveText("WebAssembly");
});

test("real radiographs read the same in the browser and by the command", async ({ page }) => {
  const folder = path.resolve(process.env.PNEUMOSCOPE_DATA ?? "../shared/data", "chest-xray-originals");
  test.skip(!existsSync(folder), `no radiographs in ${folder}`);
  const files = ["NORMAL", "PNEUMONIA"].flatMap((label) =>
    readdirSync(path.join(folder, label))
      .sort()
      .slice(0, 2)
      .map((name) => fileOf(path.join(folder, label, name), "image/jpeg")),
  );
  const expected = await predictByCommand(files);
  await openReading(page);
  for (const [i, file] of files.entries()) {
    await dropFile(page, file);
    await expect(page.getByRole("img", { name: file.name })).toBeVisible();
    const probability = await shownProbability(page);
    expect(Math.abs(probability - (expected[i]?.probability as number)), file.name).toBeLessThanOrEqual(
      0.001,
    );
  }
});

test("after a file is chosen nothing leaves the page but requests for model files", async ({
  page,
  record,
}) => {
  // The browser itself asks for the tab's icon, some time after the page.
  const icon = page.waitForRequest(/\/icon\.svg/);
  await openReading(page);
  await icon;
  const before = record.requests.length;
  const file = pngFile(31);
  await page.locator("input[type=file]").setInputFiles({
    name: file.name,
    mimeType: file.type,
    buffer: Buffer.from(file.bytes),
  });
  await shownProbability(page);
  // Time for anything that would be sent late.
  await page.waitForTimeout(1_500);

  const after = record.requests.slice(before);
  const modelFiles =
    /^\/(api\/models\/(current|weights\/[^/]+)|models\/baseline\/[^/]+|runtime\/[^/]+\.(wasm|m?js)|_next\/static\/[^?]+)$/;
  // The watch is alive: the worker's own requests are seen.
  expect(record.requests.map((request) => new URL(request.url()).pathname)).toContain("/api/models/current");
  for (const request of after) {
    expect(new URL(request.url()).pathname).toMatch(modelFiles);
    expect(new URL(request.url()).search).toBe("");
  }
  for (const request of record.requests) {
    expect(request.method()).toBe("GET");
    expect(request.postData()).toBeNull();
  }
});

test("the page allows no connection elsewhere, not even from its worker", async ({ page, record }) => {
  const answer = await openReading(page);
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic' 'wasm-unsafe-eval'(;|$)/);
  expect(policy).not.toContain("unsafe-inline");
  await waitUntilReady(page);
  const scripts = record.requests.filter((request) => request.url().includes("/_next/static/chunks/"));
  expect(scripts.length).toBeGreaterThan(5);
  for (const request of scripts) {
    const headers = await (await request.response())?.allHeaders();
    expect(headers?.["content-security-policy"]).toContain("connect-src 'self'");
  }
});

test("keys alone: keys, sample, invert, zoom, details, model card, theme, clear", async ({ page }) => {
  // From the start: a chooser that opens before the browser is told to hand it over would be lost.
  page.on("filechooser", () => undefined);
  await openReading(page);
  await waitUntilReady(page);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.keyboard.press("s");
  const probability = await shownProbability(page);
  await expect(page.getByText("A drawn picture, not a patient")).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Probability of pneumonia" })).toBeAttached();
  await expect(page.getByRole("img", { name: "Synthetic sample 1" })).toBeVisible();
  await page.keyboard.press("i");
  await expect(page.getByRole("button", { name: "Invert (I)" })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("+");
  await expect(page.getByText(/W 255 L 128 ·/)).toBeVisible();
  await page.keyboard.press("r");
  await expect(page.getByText(/W 255 L 128 ·/)).toBeVisible();

  await page.keyboard.press("m");
  await expect(page.getByRole("dialog", { name: /^Model / })).toContainText("Known limits");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(verdict(page)).toBeVisible();

  await page.keyboard.press("t");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await page.keyboard.press("Escape");
  await expect(page.getByText("Drop chest X-rays here")).toBeVisible();

  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("o");
  await (await chooser).setFiles({
    name: "a.png",
    mimeType: "image/png",
    buffer: Buffer.from(pngFile().bytes),
  });
  expect(await shownProbability(page)).not.toBe(probability);

  await reloadReading(page);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
});

test("every control can be reached with Tab and shows its focus", async ({ page }) => {
  await openReading(page);
  await waitUntilReady(page);
  await page.keyboard.press("s");
  await shownProbability(page);
  await expect(page.getByRole("toolbar")).toBeVisible();
  const reached: string[] = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const outline = getComputedStyle(element).outlineStyle;
      const label = element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "";
      return element === document.body ? "" : `${label}|${outline}`;
    });
    if (name) reached.push(name);
  }
  expect(reached.filter((name) => name.endsWith("|none"))).toEqual([]);
  for (const wanted of ["Account", "Keys", "Invert (I)", "Clear the image (Esc)", "Details"]) {
    expect(
      reached.some((name) => name.startsWith(wanted)),
      wanted,
    ).toBe(true);
  }
});

test("a pasted image is read", async ({ page }) => {
  await openReading(page);
  await waitUntilReady(page);
  await page.evaluate(
    (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
      window.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    },
    Buffer.from(pngFile(41).bytes).toString("base64"),
  );
  await shownProbability(page);
  await expect(page.getByRole("img", { name: "image.png, 700 by 560 pixels" })).toBeVisible();
  const stage = await page.getByRole("region", { name: "Image" }).boundingBox();
  expect(((stage?.width ?? 0) * (stage?.height ?? 0)) / (1440 * 900)).toBeGreaterThan(0.6);
});
