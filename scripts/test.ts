import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describeError } from "@/lib/errors";
import { buildIfChanged } from "./cli/build-if-changed";
import { findOrInstallBrowser } from "./cli/find-browser";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { useTestFolder } from "./cli/test-folder";
import { countPlaywright, countVitest, type TestCounts } from "./cli/test-report";

const stageNames = ["verify", "unit", "integration", "build", "e2e"] as const;
type StageName = (typeof stageNames)[number];

interface Outcome extends TestCounts {
  name: StageName;
  ok: boolean;
  durationMs: number;
}

const command = newCommand("test", "Every check, one after another: verify, unit, integration, build, e2e.")
  .option("--only <stages>", `a comma-separated choice of ${stageNames.join(", ")}`)
  .parse();
const reports = useTestFolder();
const none: TestCounts = { passed: 0, failed: 0, skipped: 0 };

const bin = {
  biome: "node_modules/@biomejs/biome/bin/biome",
  tsc: "node_modules/typescript/bin/tsc",
  vitest: "node_modules/vitest/vitest.mjs",
  playwright: "node_modules/@playwright/test/cli.js",
};

const stages: Record<StageName, () => Promise<TestCounts>> = {
  async verify() {
    await run([bin.biome, "check", "--error-on-warnings", "."]);
    await run([bin.tsc]);
    return none;
  },
  unit: () => vitest("unit"),
  integration: () => vitest("integration"),
  async build() {
    await buildIfChanged({ verbose: true });
    return none;
  },
  async e2e() {
    const browser = findOrInstallBrowser((line) => process.stderr.write(`${line}\n`));
    const file = path.join(reports, "e2e.json");
    return counted(file, countPlaywright, () =>
      run([bin.playwright, "test", "--reporter=list,json"], {
        CHROMIUM_PATH: browser,
        PLAYWRIGHT_JSON_OUTPUT_NAME: file,
        PLAYWRIGHT_JSON_OUTPUT_FILE: file,
      }),
    );
  },
};

class StageFailure extends Error {
  constructor(
    message: string,
    readonly counts: TestCounts,
  ) {
    super(message);
  }
}

await runCommand(async () => {
  enterProjectFolder();
  const wanted = readStages(command.opts<{ only?: string }>().only);
  const outcomes: Outcome[] = [];
  for (const name of wanted) outcomes.push(await runStage(name));
  summarise(outcomes);
  return outcomes.every(({ ok }) => ok) ? 0 : 1;
});

function readStages(only: string | undefined): readonly StageName[] {
  if (!only) return stageNames;
  const wanted = only.split(",").map((name) => name.trim());
  const unknown = wanted.find((name) => !stageNames.some((stage) => stage === name));
  if (unknown) command.error(`error: “${unknown}” is no stage; choose of ${stageNames.join(", ")}`);
  return stageNames.filter((name) => wanted.includes(name));
}

/** A later stage runs also where an earlier one failed: one run shows everything that is wrong. */
async function runStage(name: StageName): Promise<Outcome> {
  process.stdout.write(`\n=== ${name}\n`);
  const startMs = performance.now();
  const done = (ok: boolean, counts: TestCounts): Outcome => {
    const durationMs = performance.now() - startMs;
    return { name, ok, ...counts, durationMs };
  };
  try {
    const counts = await stages[name]();
    return done(counts.failed === 0, counts);
  } catch (error) {
    const counts = error instanceof StageFailure ? error.counts : none;
    process.stderr.write(`${name}: ${describeError(error)}\n`);
    // A stage that fails without a failed test (lint, build, a runner that did not start) counts as one failure.
    return done(false, { ...counts, failed: Math.max(counts.failed, 1) });
  }
}

function vitest(project: "unit" | "integration"): Promise<TestCounts> {
  const file = path.join(reports, `${project}.json`);
  const args = [bin.vitest, "run", "--project", project, "--reporter=default", "--reporter=json"];
  return counted(file, countVitest, () => run([...args, `--outputFile.json=${file}`]));
}

async function counted(
  file: string,
  count: (report: unknown) => TestCounts,
  body: () => Promise<void>,
): Promise<TestCounts> {
  const read = () => count(JSON.parse(readFileSync(file, "utf8")));
  try {
    await body();
  } catch (error) {
    let counts = none;
    try {
      counts = read();
    } catch {
      // The runner ended before it wrote its report; the failure itself is reported.
    }
    throw new StageFailure(describeError(error), counts);
  }
  return read();
}

function run(args: string[], env: Record<string, string> = {}): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${path.basename(args[0] ?? "")} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

function summarise(outcomes: Outcome[]): void {
  process.stdout.write("\n=== summary\n");
  for (const { name, ok, passed, failed, skipped, durationMs } of outcomes) {
    const tests =
      passed + failed + skipped > 0 ? `${passed} passed, ${failed} failed, ${skipped} skipped` : "";
    const seconds = `${(durationMs / 1000).toFixed(0)} s`.padStart(6);
    process.stdout.write(`${ok ? "ok    " : "FAILED"} ${name.padEnd(12)} ${seconds}   ${tests}\n`);
  }
  const sum = (count: "passed" | "failed" | "skipped") =>
    outcomes.reduce((total, item) => total + item[count], 0);
  process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped\n`);
}
