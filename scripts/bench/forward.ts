import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "@playwright/test";
import type { EnginePage } from "./in-page/engine-page";
import type { FromEngine } from "./in-page/messages";
import { openNative } from "./native";
import { openRendererClock, type RendererClock } from "./processor-time";
import { imageSize, serveEngines } from "./serve-engines";
import { ratioOf, type Spread, spreadOf } from "./statistics";

export interface ForwardFigures {
  engine: string;
  threads: number;
  /** Milliseconds of processor time for one forward pass. */
  cpuMs: Spread;
  wallMs: Spread;
  /** From nothing to the first logits, downloads from this machine included. */
  startMs: number | null;
  /** Largest |logit − onnxruntime-node's|. */
  maxDifference: number;
}

export interface ForwardRatio {
  measured: string;
  reference: string;
  threads: number;
  cpu: Spread;
  wall: Spread;
}

export interface ForwardComparison {
  /** Images in one pass: 1, or as many as the model has views. */
  batch: number;
  rounds: number;
  figures: ForwardFigures[];
  ratios: ForwardRatio[];
}

export interface ForwardOptions {
  weights: Uint8Array;
  onnx: Uint8Array;
  batches: readonly number[];
  threadCounts: readonly number[];
  rounds: number;
  /** WebGPU needs a real adapter and ignores `threadCounts`. */
  on: "wasm" | "webgpu";
  say(line: string): void;
}

/** One forward pass on one engine, a few times in a row. */
interface Contestant {
  engine: string;
  threads: number;
  startMs: number | null;
  run(batch: number, times: number): Promise<{ wallMs: number[]; cpuMs: number; logits: number[] }>;
}

const timesInARow = 3;
const product = "pneumoscope";
const rival = "onnxruntime-web";
const native = "onnxruntime-node";

/**
 * Times the same weights in this product's network code, in onnxruntime-web and in onnxruntime-node: round by round,
 * all engines in each round, in an order that turns, so that whatever else the machine does falls on all of them.
 * @throws where an engine does not start
 */
export async function compareForward(
  browser: Browser,
  options: ForwardOptions,
): Promise<ForwardComparison[]> {
  const server = await serveEngines(options);
  const page = await browser.newPage();
  try {
    await page.goto(server.url);
    if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error("The page is not isolated.");
    const clock = await openRendererClock(browser);
    const contestants = await openContestants(page, clock, options);
    const comparisons: ForwardComparison[] = [];
    for (const batch of options.batches) {
      options.say(
        `forward on ${options.on}, batch ${batch}: ${options.rounds} rounds of ${contestants.length} engines`,
      );
      comparisons.push(await compareBatch(contestants, batch, options.rounds));
    }
    return comparisons;
  } finally {
    await page.close();
    server.close();
  }
}

async function openContestants(page: Page, clock: RendererClock, options: ForwardOptions) {
  const { on, threadCounts, onnx } = options;
  const contestants: Contestant[] = [];
  for (const threads of on === "wasm" ? threadCounts : [0]) {
    contestants.push(await openInPage(page, clock, product, on, threads));
    contestants.push(await openInPage(page, clock, rival, on, threads));
  }
  for (const threads of threadCounts) contestants.push(openNatively(onnx, threads));
  return contestants;
}

async function openInPage(
  page: Page,
  clock: RendererClock,
  name: string,
  on: "wasm" | "webgpu",
  threads: number,
): Promise<Contestant> {
  const file = name === product ? "pneumoscope-engine" : "onnxruntime-engine";
  const script = `/${file}.js?on=${on}&threads=${threads}`;
  const startedAt = performance.now();
  const started = answered(
    await page.evaluate(
      ([address, count]) =>
        (globalThis as unknown as { enginePage: EnginePage }).enginePage.start(address, count),
      [script, threads] as const,
    ),
    "started",
  );
  if (on === "wasm" && started.threads !== threads)
    throw new Error(`${name} runs on ${started.threads} threads, not on ${threads}.`);
  const run: Contestant["run"] = async (batch, times) => {
    const request = { n: batch, size: imageSize, times };
    const before = await clock.readMs();
    const { wallMs, logits } = answered(
      await page.evaluate(
        ([address, asked]) =>
          (globalThis as unknown as { enginePage: EnginePage }).enginePage.forward(address, asked),
        [script, request] as const,
      ),
      "ran",
    );
    // Threads that wait for more work by spinning cost processor time too.
    await sleep(30);
    return { wallMs, logits, cpuMs: ((await clock.readMs()) - before) / times };
  };
  await run(1, 1);
  return { engine: `${name} ${on}`, threads, startMs: performance.now() - startedAt, run };
}

function openNatively(onnx: Uint8Array, threads: number): Contestant {
  const opened = new Map<number, ReturnType<typeof openNative>>();
  return {
    engine: native,
    threads,
    startMs: null,
    async run(batch, times) {
      const session = opened.get(batch) ?? openNative(onnx, threads, batch);
      opened.set(batch, session);
      return (await session)(times);
    },
  };
}

function answered<K extends FromEngine["kind"]>(
  answer: FromEngine,
  kind: K,
): Extract<FromEngine, { kind: K }> {
  if (answer.kind === "failed") throw new Error(answer.reason);
  if (answer.kind !== kind) throw new Error(`An engine answered “${answer.kind}”, not “${kind}”.`);
  return answer as Extract<FromEngine, { kind: K }>;
}

async function compareBatch(
  contestants: Contestant[],
  batch: number,
  rounds: number,
): Promise<ForwardComparison> {
  const samples = contestants.map((contestant) => ({
    contestant,
    cpuMs: [] as number[],
    wallMs: [] as number[],
    logits: [] as number[],
  }));
  // Browsers compile WebAssembly again, better, while it runs.
  for (const { contestant } of samples) await contestant.run(batch, timesInARow);
  for (let round = 0; round < rounds; round++) {
    const turn = round % samples.length;
    for (const sample of [...samples.slice(turn), ...samples.slice(0, turn)]) {
      const { cpuMs, wallMs, logits } = await sample.contestant.run(batch, timesInARow);
      sample.cpuMs.push(cpuMs);
      sample.wallMs.push(Math.min(...wallMs));
      sample.logits = logits;
    }
  }
  const reference = samples.find(({ contestant }) => contestant.engine === native);
  const figures = samples.map(({ contestant: { engine, threads, startMs }, cpuMs, wallMs, logits }) => ({
    engine,
    threads,
    startMs,
    cpuMs: spreadOf(cpuMs),
    wallMs: spreadOf(wallMs),
    maxDifference: Math.max(...logits.map((value, i) => Math.abs(value - (reference?.logits[i] ?? NaN)))),
  }));
  const ratios = samples.flatMap((measured) => {
    const [name, on] = measured.contestant.engine.split(" ");
    if (name !== product) return [];
    const { threads } = measured.contestant;
    return samples
      .filter(({ contestant: other }) => other.engine === `${rival} ${on}` || other.engine === native)
      .filter(({ contestant: other }) => other.threads === threads)
      .map((other) => ({
        measured: measured.contestant.engine,
        reference: other.contestant.engine,
        threads,
        cpu: ratioOf(measured.cpuMs, other.cpuMs),
        wall: ratioOf(measured.wallMs, other.wallMs),
      }));
  });
  return { batch, rounds, figures, ratios };
}
