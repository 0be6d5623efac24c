import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "@/lib/node/embedded-postgres";
import { buildIfChanged } from "./cli/build-if-changed";
import { projectFolder } from "./cli/project-folder";

const buildTimeoutMs = 10 * 60_000;
let dataDirectory: string;
let port: number;

beforeAll(async () => {
  dataDirectory = mkdtempSync(path.join(tmpdir(), "up-test-"));
  port = await freePort();
  await buildIfChanged();
}, buildTimeoutMs);

// After a failed test nothing may disturb the next one.
afterEach(async () => {
  for (const pid of productProcesses()) process.kill(pid, "SIGKILL");
  await waitFor(() => productProcesses().length === 0);
});

afterAll(() => rmSync(dataDirectory, { recursive: true, force: true }));

// Which processes belong to a run is read from /proc.
describe.skipIf(process.platform !== "linux")("npm run up", () => {
  it("serves the pages, refuses a second one, and Ctrl-C leaves no process", async () => {
    const up = startUp("--port", String(port));
    await waitFor(() => up.output().includes(`Open http://127.0.0.1:${port}`));
    expect(up.output()).toContain("not a medical device");
    const health = await fetch(`http://127.0.0.1:${port}/api/health`).then((response) => response.json());
    expect(health).toMatchObject({ database: { ok: true }, trainer: { ok: true }, storage: { ok: true } });
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);

    const second = startUp("--port", String(port));
    expect(await second.exitCode).toBe(1);
    expect(second.output()).toMatch(new RegExp(`already running at http://127.0.0.1:${port}`));

    expect(productProcesses().length).toBeGreaterThan(3);
    // A terminal sends Ctrl-C to the whole foreground group: npm, tsx and the command itself.
    process.kill(-(up.child.pid as number), "SIGINT");
    await up.exitCode;
    await waitFor(() => productProcesses().length === 0);
    expect(readdirSync(path.join(dataDirectory, "run"))).not.toContain("up.json");
  });

  it("starts again in seconds, restarts what dies, and when it is killed everything ends", async () => {
    const startMs = Date.now();
    const up = startUp("--port", String(port));
    await waitFor(() => up.output().includes("Open http"));
    expect(Date.now() - startMs).toBeLessThan(20_000);
    expect(up.output()).toContain("up to date");

    const trainer = JSON.parse(readFileSync(path.join(dataDirectory, "run/trainer.json"), "utf8"));
    process.kill(trainer.pid, "SIGKILL");
    await waitFor(() => up.output().split("trainer   http").length === 3);
    expect(up.output()).toMatch(/The trainer ended \(SIGKILL\); it starts again in 1 s/);

    const { pid } = JSON.parse(readFileSync(path.join(dataDirectory, "run/up.json"), "utf8"));
    process.kill(pid, "SIGKILL");
    await up.exitCode;
    await waitFor(() => productProcesses().length === 0);
  });

  it("starts after it was killed, without the trainer where that is asked for", async () => {
    const up = startUp("--port", String(port), "--no-trainer");
    await waitFor(() => up.output().includes("Open http"));
    expect(up.output()).not.toContain("trainer   http");
    process.kill(-(up.child.pid as number), "SIGTERM");
    await up.exitCode;
    await waitFor(() => productProcesses().length === 0);
  });

  it("says that a port is taken and how to choose another", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    const up = startUp("--port", String(port));
    expect(await up.exitCode).toBe(1);
    other.close();
    expect(up.output()).toMatch(new RegExp(`PORT_TAKEN.*${port}.*--port ${port + 1}`));
    expect(productProcesses()).toEqual([]);
  });

  it("explains a port that is none", async () => {
    const up = startUp("--port", "http");
    expect(await up.exitCode).toBe(1);
    expect(up.output()).toMatch(/CONFIG_INVALID: --port is “http”/);
  });
});

interface Up {
  child: ChildProcess;
  exitCode: Promise<number | null>;
  output(): string;
}

function startUp(...args: string[]): Up {
  const child = spawn("npm", ["run", "up", "--", ...args], {
    cwd: projectFolder,
    env: { ...process.env, PNEUMOSCOPE_DATA_DIR: dataDirectory, DATABASE_URL: "", RETRAIN_CRON: "off" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exitCode = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, exitCode, output: () => output };
}

/** Every living process that was started for this test's data directory, whoever its parent is now. */
function productProcesses(): number[] {
  const marker = `PNEUMOSCOPE_DATA_DIR=${dataDirectory}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isZombie = /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
        const started = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(marker);
        const isPostgres = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${dataDirectory}/postgres`);
        return !isZombie && (started || isPostgres);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function waitFor(condition: () => boolean, timeoutMs = 100_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await sleep(100);
  }
}
