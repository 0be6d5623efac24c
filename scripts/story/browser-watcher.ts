import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "@playwright/test";
import { StoryBroken } from "./narrator";
import type { SeenReading, SeenRevocation, Watcher } from "./watcher";

export interface BrowserWatcherOptions {
  browser: Browser;
  url: string;
  /** The radiograph that the page reads again and again. */
  image: string;
  withinMs: number;
}

/** A real page in a real browser. Nothing is asked of it but what a reader sees. */
export async function browserWatcher(options: BrowserWatcherOptions): Promise<Watcher> {
  const { browser, url, image, withinMs } = options;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  page.setDefaultTimeout(withinMs);

  /** A model of the story knows few images, so it may refuse one as unlike them; that is a reading too. */
  async function reading(version: string): Promise<SeenReading> {
    const verdict = page.getByRole("region", { name: "Verdict" }).and(page.locator("[aria-busy=false]"));
    const read = verdict.filter({
      has: page.getByRole("button", { name: new RegExp(`^Model ${version}\\b`) }),
    });
    const refused = page.locator("[data-refused]");
    await read.or(refused).first().waitFor();
    if (!(await read.isVisible())) return { version, probability: null };
    return { version, probability: Number(await read.locator("data").first().getAttribute("value")) };
  }

  return {
    kind: "Chromium",
    async open() {
      await page.goto(url);
      await page.locator("main[data-interactive=true]").waitFor({ state: "attached" });
      await drop(page, image);
      return reading(await shownVersion(page));
    },
    async offered(version) {
      await comeBack(page);
      await page.getByText(`Model version ${version} is available.`).waitFor();
      return reading(await shownVersion(page));
    },
    async take(version) {
      await page.keyboard.press("u");
      return reading(version);
    },
    async stopped(version): Promise<SeenRevocation> {
      const startMs = performance.now();
      const note = page
        .locator("[data-note=revoked]")
        .filter({ hasText: `Model version ${version} is revoked` });
      await note.waitFor();
      const afterMs = performance.now() - startMs;
      // The successor is taken without asking, and reads the image that is on screen.
      await note.filter({ hasText: "reads from now on" }).waitFor();
      const text = (await note.innerText()).trim();
      const successor = /Version (\S+) reads from now on/.exec(text)?.[1] ?? "none";
      return { text, again: await reading(successor), successor, afterMs };
    },
    close: () => context.close(),
  };
}

async function shownVersion(page: Page): Promise<string> {
  const button = page.getByRole("button", { name: /^Model \S+/ }).first();
  await button.waitFor();
  const name = (await button.getAttribute("aria-label")) ?? (await button.innerText());
  const version = /^Model (\S+?)[,:.]?(\s|$)/.exec(name.trim())?.[1];
  if (version) return version;
  throw new StoryBroken(`The page shows no model version: “${name}”.`);
}

/** As when the reader returns to the tab: the page then asks the server. */
async function comeBack(page: Page): Promise<void> {
  await page.evaluate(() => globalThis.dispatchEvent(new Event("focus")));
}

/** A real drop of a real file. */
async function drop(page: Page, file: string): Promise<void> {
  const content = {
    name: path.basename(file),
    type: file.endsWith(".png") ? "image/png" : "image/jpeg",
    base64: (await readFile(file)).toString("base64"),
  };
  const transfer = await page.evaluateHandle(({ name, type, base64 }) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type }));
    return data;
  }, content);
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
}
