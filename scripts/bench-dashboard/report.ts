import type { Timing } from "./percentiles";
import type { Scan } from "./plans";

export const targets = { p95Ms: 100, overviewMs: 1_000 };
/** From here on a table that is read from end to end misses the target; below it is named only. */
export const largeTableRows = 100_000;

export interface DashboardFigures {
  machine: string;
  loadBefore: number;
  loadAfter: number;
  rows: Record<string, number>;
  pages: Timing[];
  queries: Timing[];
  /** Milliseconds until the figures are there, ascending. */
  overviewMs: number[];
  statements: number;
  scans: Scan[];
  failed: string[];
}

/** What missed its target, one line each. */
export function missed(figures: DashboardFigures): string[] {
  const { pages, queries, overviewMs, scans, rows, failed } = figures;
  const slow = [...pages, ...queries].filter(({ p95 }) => p95 >= targets.p95Ms);
  const median = overviewMs[Math.floor(overviewMs.length / 2)] ?? Number.POSITIVE_INFINITY;
  return [
    ...slow.map(({ name, p95 }) => `${name}: p95 ${p95.toFixed(0)} ms, not below ${targets.p95Ms}`),
    ...(median >= targets.overviewMs ? [`the overview is there after ${median.toFixed(0)} ms (median)`] : []),
    ...scans
      .filter(({ table }) => (rows[table] ?? 0) >= largeTableRows)
      .map(({ table, statement }) => `all of ${table} is read: ${statement.slice(0, 160)}`),
    ...failed.map((line) => `refused or failed: ${line}`),
  ];
}

/** For a terminal and for docs/dashboard-speed.md. */
export function readable(figures: DashboardFigures): string {
  const { machine, loadBefore, loadAfter, rows, pages, queries, overviewMs, statements, scans } = figures;
  const largest = Object.entries(rows)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 8)
    .map(([table, count]) => `${table} ${Math.round(count).toLocaleString("en")}`);
  const middle = overviewMs[Math.floor(overviewMs.length / 2)] ?? Number.NaN;
  return [
    `${machine}; load ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after`,
    `Rows: ${largest.join(", ")}`,
    "",
    table("page", pages),
    "",
    table("query", queries),
    "",
    `Overview in a browser without cache, until its figures are there: median ${middle.toFixed(0)} ms, ` +
      `worst of ${overviewMs.length} ${overviewMs.at(-1)?.toFixed(0)} ms`,
    "",
    `${statements} statements looked at; read from end to end (tables of 5,000 rows or more):`,
    ...(scans.length === 0 ? ["none"] : []),
    ...scans.map(
      ({ table: name, rowsRead, durationMs, statement }) =>
        `- ${name}, ${Math.round(rowsRead)} rows, ${durationMs.toFixed(1)} ms: ${statement.slice(0, 200)}`,
    ),
  ].join("\n");
}

function table(head: string, timings: readonly Timing[]): string {
  const lines = [...timings]
    .sort((a, b) => b.p95 - a.p95)
    .map(
      ({ name, p50, p95, p99 }) =>
        `| ${name.replaceAll("|", "\\|").slice(0, 110)} | ${p50.toFixed(0)} | ${p95.toFixed(0)} | ${p99.toFixed(0)} |`,
    );
  return [`| ${head} | p50 ms | p95 ms | p99 ms |`, "|---|---|---|---|", ...lines].join("\n");
}
