import { cpus, loadavg } from "node:os";
import { type Browser, chromium } from "@playwright/test";
import { InvalidArgumentError } from "commander";
import postgres, { type Sql } from "postgres";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { type ConnectedDatabase, connectDatabase } from "@/lib/node/connect-database";
import { dataDirectory } from "@/lib/node/data-directory";
import { serveProduct } from "./bench/serve-product";
import { addressOf, nameOf, timeAddress } from "./bench-dashboard/ask";
import { plansDuring, tableSizes } from "./bench-dashboard/explain";
import { dashboardPages } from "./bench-dashboard/pages";
import type { Timing } from "./bench-dashboard/percentiles";
import { sequentialScans } from "./bench-dashboard/plans";
import { type DashboardFigures, missed, readable } from "./bench-dashboard/report";
import { signInSeededAdmin } from "./bench-dashboard/session";
import { type Call, callsOfPages, overviewLoads } from "./bench-dashboard/visit";
import { buildIfChanged } from "./cli/build-if-changed";
import { findOrInstallBrowser } from "./cli/find-browser";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { largeDataFolder } from "./seed-large/data-folder";
import { seededAs } from "./seed-large/guard";

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It is a whole number from 1.");
}

interface Options {
  times: number;
  page?: string;
  build: boolean;
  json?: boolean;
}

const command = newCommand(
  "bench:dashboard",
  "Measure every page and query of the dashboard on the record of seed:large, and look at every statement's plan.",
)
  .option("--times <n>", "how often each is asked", wholeNumber, 40)
  .option("--page <path>", "only pages whose address begins so")
  .option("--no-build", "measure what is built already, however old")
  .option("--json", "print one JSON object")
  .addHelpText("after", "\nThe exit code is 0 when every target is met, and 1 otherwise.")
  .parse();

const say = (line: string) => process.stderr.write(`${line}\n`);

await runCommand(async () => {
  enterProjectFolder();
  largeDataFolder();
  const { times, page, build, json } = command.opts<Options>();
  if (build) await buildIfChanged({ onBuild: () => say("building the pages") });
  const database = await connectDatabase();
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  try {
    if ((await seededAs(sql)) === null)
      throw new PneumoscopeError(
        "CONFIG_INVALID",
        "There is no seeded record here. Run “npm run seed:large” first.",
      );
    const figures = await measure(database, sql, { times, page: page ?? "/" });
    const misses = missed(figures);
    process.stdout.write(
      json
        ? `${JSON.stringify({ ...figures, missed: misses })}\n`
        : `${readable(figures)}\n\n${misses.length === 0 ? "Every target is met." : `Missed:\n${misses.join("\n")}`}\n`,
    );
    return misses.length === 0 ? 0 : 1;
  } finally {
    await sql.end({ timeout: 5 });
    await database.close();
  }
});
process.exit();

async function measure(
  database: ConnectedDatabase,
  sql: Sql,
  { times, page }: { times: number; page: string },
): Promise<DashboardFigures> {
  const loadBefore = loadavg()[0] ?? 0;
  const paths = (await dashboardPages(sql)).filter((path) => path.startsWith(page));
  const session = await signInSeededAdmin(database.db);
  const browser = await launchBrowser();
  try {
    const product = await serveProduct(dataDirectory());
    const origin = new URL(product.url).origin;
    let seen: Awaited<ReturnType<typeof callsOfPages>>;
    let timings: Awaited<ReturnType<typeof timeAll>>;
    let overviewMs: number[];
    try {
      say(`visiting ${paths.length} pages`);
      seen = await callsOfPages(browser, origin, session.cookie, paths);
      say(`timing them and their ${seen.calls.length} queries`);
      timings = await timeAll(paths, seen.calls, { origin, cookie: headerOf(session.cookie), times });
      overviewMs = (await overviewLoads(browser, origin, session.cookie, 9)).sort((a, b) => a - b);
    } finally {
      await product.stop();
    }
    say("looking at the plans");
    const plans = await plansDuring(sql, () => askAllOnce(paths, seen.calls, headerOf(session.cookie)));
    const rows = await tableSizes(sql);
    return {
      machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
      loadBefore,
      loadAfter: loadavg()[0] ?? 0,
      rows: Object.fromEntries(rows),
      ...timings,
      overviewMs,
      statements: new Set(plans.map(({ text }) => text)).size,
      scans: sequentialScans(plans, rows, 5_000),
      failed: [...seen.failed, ...timings.failed],
    };
  } finally {
    await browser.close();
    await session.end();
  }
}

function launchBrowser(): Promise<Browser> {
  const rootFlags = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({
    executablePath: findOrInstallBrowser(say),
    args: [...rootFlags, "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
}

function headerOf({ name, value }: { name: string; value: string }): string {
  return `${name}=${value}`;
}

async function timeAll(
  paths: string[],
  calls: Call[],
  asked: { origin: string; cookie: string; times: number },
): Promise<{ pages: Timing[]; queries: Timing[]; failed: string[] }> {
  const failed: string[] = [];
  const time = async (name: string, address: string): Promise<Timing[]> => {
    try {
      return [await timeAddress(name, address, asked)];
    } catch (error) {
      failed.push(describeError(error));
      return [];
    }
  };
  const pages: Timing[] = [];
  const queries: Timing[] = [];
  for (const path of paths) pages.push(...(await time(path, path)));
  for (const call of calls) queries.push(...(await time(nameOf(call), addressOf(call))));
  return { pages, queries, failed };
}

/** On a server of its own, whose connections have the database write its plans. */
async function askAllOnce(paths: string[], calls: Call[], cookie: string): Promise<void> {
  const product = await serveProduct(dataDirectory());
  try {
    const { origin } = new URL(product.url);
    for (const address of [...paths, ...calls.map(addressOf)])
      await (await fetch(origin + address, { headers: { cookie }, redirect: "manual" })).arrayBuffer();
  } finally {
    await product.stop();
  }
}
