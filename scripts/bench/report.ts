import type { ForwardComparison, ForwardFigures, ForwardRatio } from "./forward";
import { type Spread, spreadOf } from "./statistics";
import type { ProductFigures, Visit } from "./visit";

export interface BenchResult {
  machine: string;
  browser: string;
  /** Of the last minute, when the bench began: above the bench's own load, timings are not to be trusted. */
  loadBefore: number;
  forward: ForwardComparison[];
  /** Why an engine was not measured. */
  notMeasured: string[];
  product: ProductFigures | null;
}

/** What a figure may be at most. */
export interface Target {
  name: string;
  value: number;
  atMost: number;
  unit: string;
}

/** The figures that have a target, worst case of each. */
export function targetsOf({ forward, product }: BenchResult): Target[] {
  const targets: Target[] = [];
  for (const { batch, ratios } of forward) {
    for (const { measured, reference, threads, cpu, wall } of ratios) {
      if (reference === "onnxruntime-node") continue;
      const where = `${measured} / ${reference}, ${threadsText(threads)}, batch ${batch}`;
      targets.push({ name: `forward wall, ${where}`, value: wall.median, atMost: 1, unit: "×" });
      targets.push({ name: `forward CPU, ${where}`, value: cpu.median, atMost: 1, unit: "×" });
    }
  }
  if (!product) return targets;
  const { downloads, firstVisit, secondVisit, longestTask } = product;
  const script = (downloads.pageScriptBytes + downloads.workerScriptBytes) / 1_000;
  const paint = Math.max(
    ...firstVisit.map(({ largestContentfulPaintMs }) => largestContentfulPaintMs ?? Number.NaN),
  );
  targets.push({
    name: "second visit ready (median)",
    value: medianReady(secondVisit),
    atMost: 1_500,
    unit: "ms",
  });
  targets.push({ name: "largest contentful paint (worst)", value: paint, atMost: 2_500, unit: "ms" });
  targets.push({ name: "JavaScript until ready, gzip", value: script, atMost: 350, unit: "kB" });
  targets.push({ name: "longest main-thread task", value: longestTask.wallMs, atMost: 50, unit: "ms" });
  return targets;
}

const number = (value: number, digits = 1) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const pair = ({ min, median }: Spread, digits = 1) => `${number(min, digits)} / ${number(median, digits)}`;
const threadsText = (threads: number) =>
  threads === 0 ? "GPU" : threads === 1 ? "1 thread" : `${threads} threads`;

/** Figures as text for a terminal. */
export function readable(result: BenchResult): string {
  const { machine, browser, loadBefore, forward, notMeasured, product } = result;
  const lines = [
    machine,
    `${browser}; load before: ${number(loadBefore, 2)}`,
    ...forward.flatMap(forwardLines),
    ...notMeasured.map((reason) => `\nnot measured: ${reason}`),
    ...(product ? productLines(product) : []),
    "\nTargets",
    ...table(
      targetsOf(result).map(({ name, value, atMost, unit }) => [
        value <= atMost ? "met" : "MISSED",
        `${number(value, unit === "×" ? 2 : 0)} ${unit}`,
        `≤ ${number(atMost, unit === "×" ? 2 : 0)}`,
        name,
      ]),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function forwardLines({ batch, rounds, figures, ratios }: ForwardComparison): string[] {
  const figureRow = ({ engine, threads, cpuMs, wallMs, startMs, maxDifference }: ForwardFigures) => [
    engine,
    threadsText(threads),
    pair(cpuMs),
    pair(wallMs),
    startMs === null ? "" : number(startMs, 0),
    maxDifference.toExponential(1),
  ];
  const ratioRow = ({ measured, reference, threads, cpu, wall }: ForwardRatio) => [
    `${measured} / ${reference}`,
    threadsText(threads),
    pair(cpu, 2),
    pair(wall, 2),
  ];
  return [
    `\nForward, batch ${batch}, ${rounds} rounds, min / median`,
    ...table([
      ["", "", "CPU ms", "wall ms", "start ms", "max |Δlogit|"],
      ...figures.map(figureRow),
      ["ratios, at most 1 wanted", "", "CPU", "wall"],
      ...ratios.map(ratioRow),
    ]),
  ];
}

function productLines(product: ProductFigures): string[] {
  const { firstVisit, secondVisit, downloads, readings, longestTask, peakRendererBytes } = product;
  const paints = [...firstVisit, ...secondVisit].flatMap(({ largestContentfulPaintMs }) =>
    largestContentfulPaintMs === null ? [] : [largestContentfulPaintMs],
  );
  const kilobytes = (bytes: number) => `${number(bytes / 1_000, 0)} kB`;
  const visits: [string, Visit[]][] = [
    ["first", firstVisit],
    ["second", secondVisit],
  ];
  return [
    "\nVisits, ms since the visit began, min / median",
    ...table([
      ...visits.map(([name, made]) => [
        `${name} visit: ready`,
        pair(spreadOf(made.map(({ readyMs }) => readyMs)), 0),
      ]),
      ...visits.map(([name, made]) => [
        `${name} visit: phases of the last`,
        made
          .at(-1)
          ?.phases.map(({ phase, atMs }) => `${phase} ${number(atMs, 0)}`)
          .join(", ") ?? "",
      ]),
      ["largest contentful paint", paints.length > 0 ? pair(spreadOf(paints), 0) : "none reported"],
    ]),
    "\nDownloads until ready, gzip",
    ...table([
      ["JavaScript of the page", kilobytes(downloads.pageScriptBytes)],
      ["JavaScript of its workers", kilobytes(downloads.workerScriptBytes)],
      ["WebAssembly", kilobytes(downloads.wasmBytes)],
    ]),
    "\nFrom file to result, ms, min / median",
    ...table(
      readings.flatMap(({ file, status, dropToResultMs, phases }) => [
        [`${file}, ${status}: drop to result`, pair(dropToResultMs, 0)],
        ...Object.entries(phases).map(([name, spread]) => [`  ${name}`, pair(spread)]),
      ]),
    ),
    "",
    ...table([
      [
        "longest main-thread task from drop to result",
        `${number(longestTask.wallMs)} ms; by processor time ${number(longestTask.cpuMs)} ms`,
      ],
      [
        "peak memory of the page's renderer",
        peakRendererBytes === null ? "not told" : `${number(peakRendererBytes / 1_048_576, 0)} MiB`,
      ],
    ]),
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) {
      if (i < row.length - 1) widths[i] = Math.max(widths[i] ?? 0, cell.length);
    }
  }
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd());
}

const medianReady = (visits: readonly Visit[]) => spreadOf(visits.map(({ readyMs }) => readyMs)).median;
