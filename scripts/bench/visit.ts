import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { bundleForPage } from "./bundle";
import { type Observations, type PageObserver, readingMarks } from "./in-page/observations";
import { type LongestTask, longestMainThreadTask, type TraceEvent } from "./main-thread";
import { openRendererClock } from "./processor-time";
import { type Spread, spreadOf } from "./statistics";

export interface Visit {
  readyMs: number;
  largestContentfulPaintMs: number | null;
  /** Milliseconds from the visit's beginning to each phase of the model. */
  phases: { phase: string; atMs: number }[];
}

export interface ReadingFigures {
  file: string;
  /** "refused": the image was not taken for a chest radiograph, after the same work. */
  status: string;
  /** From the drop of the file to the result on screen. */
  dropToResultMs: Spread;
  /** Of one reading, from the worker's own clock. */
  phases: Record<string, Spread>;
}

export interface Downloads {
  /** Bytes of scripts after gzip, up to the model being ready: of the document, and of its workers. */
  pageScriptBytes: number;
  workerScriptBytes: number;
  wasmBytes: number;
}

export interface ProductFigures {
  firstVisit: Visit[];
  secondVisit: Visit[];
  downloads: Downloads;
  readings: ReadingFigures[];
  /** From drop to result. */
  longestTask: LongestTask;
  peakRendererBytes: number | null;
}

export interface ProductOptions {
  url: string;
  /** Radiographs on this machine's disk. */
  files: readonly string[];
  visits: number;
  readings: number;
  say(line: string): void;
}

const readyWithinMs = 120_000;

type ObservedWindow = { pageObserver: PageObserver };

/** Visits the built product as a reader does: with an empty browser, again, and with files to read. */
export async function measureProduct(browser: Browser, options: ProductOptions): Promise<ProductFigures> {
  const observe = await bundleForPage("observe", "iife");
  const firstVisit: Visit[] = [];
  const secondVisit: Visit[] = [];
  let downloads: Downloads | null = null;
  options.say(`visits: ${options.visits} first and ${options.visits} second ones`);
  for (let i = 0; i < options.visits; i++) {
    const context = await openContext(browser, observe);
    const record = recordDownloads(context);
    const page = await context.newPage();
    firstVisit.push(await visit(page, options.url));
    downloads ??= await record.sum(page);
    await kept(page);
    await page.close();
    secondVisit.push(await visit(await context.newPage(), options.url));
    await context.close();
  }
  if (!downloads) throw new Error("At least one visit is needed.");
  return { firstVisit, secondVisit, downloads, ...(await readFiles(browser, observe, options)) };
}

async function openContext(browser: Browser, observe: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  await context.addInitScript({ content: observe });
  return context;
}

async function visit(page: Page, url: string): Promise<Visit> {
  await page.goto(url);
  await page.waitForFunction(
    () =>
      (globalThis as unknown as ObservedWindow).pageObserver.observations.phases.some(
        ({ phase }) => phase === "ready" || phase === "failed",
      ),
    null,
    { timeout: readyWithinMs },
  );
  // What the page shows once the model is ready may be its largest content.
  await page.waitForTimeout(500);
  const { phases, largestContentfulPaintMs } = await observed(page);
  const ready = phases.find(({ phase }) => phase === "ready");
  if (!ready) throw new Error("The product's model did not start in this browser.");
  return { readyMs: ready.atMs, largestContentfulPaintMs, phases };
}

/** The first visit ends when the browser has kept the product: a reader who returns sooner competes with that. */
async function kept(page: Page): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker?.ready));
}

function observed(page: Page): Promise<Observations> {
  return page.evaluate(() => (globalThis as unknown as ObservedWindow).pageObserver.observations);
}

/** Remembers what was downloaded, each address once; what a service worker keeps for later is not counted. */
function recordDownloads(context: BrowserContext) {
  const seen = new Map<string, Promise<number>>();
  context.on("response", (response) => {
    if (response.request().serviceWorker() !== null || !/\.(m?js|wasm)$/.test(pathOf(response.url()))) return;
    const compressedBytes = response.body().then(
      (body) => gzipSync(body).byteLength,
      () => 0,
    );
    if (!seen.has(response.url())) seen.set(response.url(), compressedBytes);
  });
  return {
    async sum(page: Page): Promise<Downloads> {
      const ofDocument = new Set(
        await page.evaluate(() =>
          (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
            .filter(({ initiatorType }) => initiatorType === "script" || initiatorType === "link")
            .map(({ name }) => name),
        ),
      );
      const total: Downloads = { pageScriptBytes: 0, workerScriptBytes: 0, wasmBytes: 0 };
      for (const [url, compressed] of seen) {
        const kind = url.endsWith(".wasm")
          ? "wasmBytes"
          : ofDocument.has(url)
            ? "pageScriptBytes"
            : "workerScriptBytes";
        total[kind] += await compressed;
      }
      return total;
    },
  };
}

const pathOf = (url: string) => new URL(url).pathname;

async function readFiles(browser: Browser, observe: string, options: ProductOptions) {
  const context = await openContext(browser, observe);
  const page = await context.newPage();
  await visit(page, options.url);
  const readings: ReadingFigures[] = [];
  for (const file of options.files) {
    options.say(`from file to result: ${path.basename(file)}, ${options.readings} times`);
    await readFile(page, file);
    const samples: Observations[] = [];
    for (let i = 0; i < options.readings; i++) samples.push(await readFile(page, file));
    readings.push({ file: path.basename(file), ...summarise(samples) });
  }
  const longestTask = await traceReading(browser, page, options.files);
  const { peakMemoryBytes } = await openRendererClock(browser);
  const peakRendererBytes = await peakMemoryBytes();
  await context.close();
  return { readings, longestTask, peakRendererBytes };
}

function summarise(samples: readonly Observations[]): Omit<ReadingFigures, "file"> {
  const spread = (of: (sample: Observations) => number | undefined | null) =>
    spreadOf(samples.map((sample) => of(sample) ?? Number.NaN));
  return {
    status: samples.at(-1)?.status ?? "failed",
    dropToResultMs: spread(({ droppedAtMs, resultAtMs }) => Number(resultAtMs) - Number(droppedAtMs)),
    phases: {
      "decode, in the image worker": spread(({ durations }) => durations.decodeMs),
      "resize, in the image worker": spread(({ durations }) => durations.resizeMs),
      "network, map and outcome, in the model worker": spread(({ durations }) => durations.networkMs),
    },
  };
}

/** Drops a file as a file manager does, and waits until its result is on screen. */
async function readFile(page: Page, file: string): Promise<Observations> {
  // A file that is in the list already would not be read again.
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("[data-verdict]"));
  await page.evaluate(() => (globalThis as unknown as ObservedWindow).pageObserver.expectResult());
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, x: 500, y: 400, data });
  await page.waitForFunction(
    () => (globalThis as unknown as ObservedWindow).pageObserver.observations.resultAtMs !== null,
    null,
    { timeout: readyWithinMs },
  );
  await session.detach();
  const observations = await observed(page);
  if (observations.status === "failed") throw new Error(`The product could not read ${file}.`);
  return observations;
}

/** Tracing slows what it watches, so these readings are not timed otherwise. */
async function traceReading(browser: Browser, page: Page, files: readonly string[]): Promise<LongestTask> {
  const tasks: LongestTask[] = [];
  for (const file of files) {
    await browser.startTracing(page, {
      categories: ["toplevel", "blink.user_timing", "disabled-by-default-devtools.timeline"],
    });
    await readFile(page, file);
    const trace = JSON.parse((await browser.stopTracing()).toString("utf8"));
    tasks.push(longestMainThreadTask(trace.traceEvents as TraceEvent[], readingMarks));
  }
  return {
    wallMs: Math.max(...tasks.map(({ wallMs }) => wallMs)),
    cpuMs: Math.max(...tasks.map(({ cpuMs }) => cpuMs)),
  };
}
