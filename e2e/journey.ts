import { readFileSync } from "node:fs";
import { test as base, expect, type Page, type Request } from "@playwright/test";

export { expect };

/** Everything a page asked for, and everything it complained about. */
export interface Record {
  requests: Request[];
  complaints: string[];
}

interface Fixtures {
  record: Record;
}

/** A test whose page may neither ask a third party, break its own policy nor end too wide for a phone. */
export const test = base.extend<Fixtures>({
  record: [
    async ({ page, baseURL }, use) => {
      const record: Record = { requests: [], complaints: [] };
      page.on("request", (request) => record.requests.push(request));
      page.on("pageerror", (error) => record.complaints.push(`page error: ${error.message}`));
      page.on("console", (message) => {
        if (/content.security.policy|refused to/i.test(message.text()))
          record.complaints.push(message.text());
      });
      await use(record);
      expect(record.complaints).toEqual([]);
      const foreign = record.requests.map((request) => request.url()).filter((url) => !isOwn(url, baseURL));
      expect(foreign).toEqual([]);
      await expectFitsPhones(page);
    },
    { auto: true },
  ],
});

/** What a journey ends with is not wider than the smallest screens. */
async function expectFitsPhones(page: Page): Promise<void> {
  if (page.isClosed() || !page.url().startsWith("http")) return;
  await page.setViewportSize({ width: 320, height: 640 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, "the page scrolls sideways at 320 pixels").toBeLessThanOrEqual(0);
}

function isOwn(url: string, baseURL: string | undefined): boolean {
  return url.startsWith(`${baseURL}/`) || url.startsWith("data:") || url.startsWith("blob:");
}

export interface TestFile {
  name: string;
  type: string;
  bytes: Uint8Array;
}

/** Opens the reading page and waits until it takes keys and files: before that, both would be lost. */
export async function openReading(page: Page, path = "/") {
  const answer = await page.goto(path);
  await expect(page.locator("main[data-interactive=true]")).toBeAttached();
  return answer;
}

export async function reloadReading(page: Page): Promise<void> {
  await page.reload();
  await expect(page.locator("main[data-interactive=true]")).toBeAttached();
}

/** A real drop event with real Files, as a file manager makes it. */
export async function dropFiles(page: Page, files: readonly TestFile[]): Promise<void> {
  const transfer = await page.evaluateHandle(
    (list) => {
      const data = new DataTransfer();
      for (const { name, type, base64 } of list) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], name, { type }));
      }
      return data;
    },
    files.map(({ name, type, bytes }) => ({ name, type, base64: Buffer.from(bytes).toString("base64") })),
  );
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
}

export function dropFile(page: Page, file: TestFile): Promise<void> {
  return dropFiles(page, [file]);
}

export function fileOf(path: string, type: string): TestFile {
  return { name: path.split("/").at(-1) as string, type, bytes: readFileSync(path) };
}

export const verdict = (page: Page) => page.locator("[data-verdict]");

/** The probability behind the verdict, as shown in the page's <data> element. */
export async function shownProbability(page: Page): Promise<number> {
  await expect(verdict(page)).toBeVisible();
  await expect(page.getByRole("region", { name: "Verdict" })).toHaveAttribute("aria-busy", "false");
  return Number(await page.getByRole("region", { name: "Verdict" }).locator("data").getAttribute("value"));
}

export async function waitUntilReady(page: Page, { timeout } = { timeout: 25_000 }): Promise<void> {
  await expect(page.getByRole("heading", { name: "Ready" })).toBeVisible({ timeout });
}

/** Waits for changes of colour or place; what turns for ever goes on. */
export async function waitForTransitions(page: Page): Promise<void> {
  await page.evaluate(() => {
    const ending = document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    return Promise.all(ending.map(({ finished }) => finished.catch(() => null)));
  });
}
