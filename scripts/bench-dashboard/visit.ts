import type { Browser, BrowserContext } from "@playwright/test";

/** What a page asks of the API: a procedure and its input. */
export interface Call {
  procedure: string;
  /** JSON as it stands in the address; empty where there is none. */
  input: string;
}

const quietMs = 700;

async function open(browser: Browser, origin: string, cookie: { name: string; value: string }) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: "block",
  });
  await context.addCookies([{ ...cookie, url: origin }]);
  return context;
}

/** Opens each page in a browser and notes every query that it sends. */
export async function callsOfPages(
  browser: Browser,
  origin: string,
  cookie: { name: string; value: string },
  pages: readonly string[],
): Promise<{ calls: Call[]; failed: string[] }> {
  const context = await open(browser, origin, cookie);
  const calls = new Map<string, Call>();
  const failed: string[] = [];
  context.on("request", (request) => {
    for (const call of callsOf(new URL(request.url()))) calls.set(`${call.procedure} ${call.input}`, call);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`);
  });
  for (const path of pages) await settle(context, origin + path);
  await context.close();
  return { calls: [...calls.values()].sort((a, b) => (a.procedure < b.procedure ? -1 : 1)), failed };
}

/** A page listens to changes for ever, so that its network is never idle: quiet is when it has asked nothing more. */
async function settle(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage();
  let lastAt = Date.now();
  page.on("request", () => {
    lastAt = Date.now();
  });
  await page.goto(url, { waitUntil: "load" });
  while (Date.now() - lastAt < quietMs) await page.waitForTimeout(100);
  await page.close();
}

function callsOf(url: URL): Call[] {
  if (!url.pathname.startsWith("/api/trpc/")) return [];
  const procedures = decodeURIComponent(url.pathname.slice("/api/trpc/".length)).split(",");
  const input = url.searchParams.get("input") ?? "";
  if (!url.searchParams.has("batch")) return [{ procedure: procedures[0] ?? "", input }];
  const inputs = (input ? JSON.parse(input) : {}) as Record<string, unknown>;
  return procedures.map((procedure, index) => ({
    procedure,
    input: String(index) in inputs ? JSON.stringify(inputs[String(index)]) : "",
  }));
}

/** From the click until the overview's figures are there, each time in a browser that has nothing of it yet. */
export async function overviewLoads(
  browser: Browser,
  origin: string,
  cookie: { name: string; value: string },
  times: number,
): Promise<number[]> {
  const durations: number[] = [];
  for (let visit = 0; visit <= times; visit++) {
    const context = await open(browser, origin, cookie);
    const page = await context.newPage();
    await page.goto("about:blank");
    const startedAt = performance.now();
    await page.goto(`${origin}/overview`, { waitUntil: "commit" });
    await page.locator("[data-champion]").waitFor({ state: "visible" });
    // The first visit of a browser that has just started is its own cost.
    if (visit > 0) durations.push(performance.now() - startedAt);
    await context.close();
  }
  return durations;
}
