import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PneumoscopeError } from "@/lib/errors";
import { projectFolder } from "../cli/project-folder";

const startWithinMs = 60_000;

/**
 * Serves the built pages on a free port of this machine.
 * @param folder the data folder; without one an empty one is made, where the shipped model is current
 */
export async function serveProduct(folder?: string) {
  const data = folder ?? (await mkdtemp(path.join(tmpdir(), "pneumoscope-bench-")));
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ["node_modules/next/dist/bin/next", "start", "--hostname", "127.0.0.1", "--port", String(port)],
    {
      cwd: projectFolder,
      stdio: "ignore",
      env: {
        ...process.env,
        NODE_ENV: "production",
        PNEUMOSCOPE_DATA_DIR: data,
        RETRAIN_CRON: "off",
        NEXT_TELEMETRY_DISABLED: "1",
      },
    },
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill();
    await exited;
    if (!folder) await rm(data, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}/`;
  try {
    await answers(`${url}api/models/current`);
    // The first answers of a server are slower than all others.
    for (let i = 0; i < 3; i++) await (await fetch(url)).text();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function answers(url: string): Promise<void> {
  for (const startedAt = performance.now(); performance.now() - startedAt < startWithinMs; await sleep(200)) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
  }
  throw new PneumoscopeError("BACKEND_UNAVAILABLE", `The built pages gave no answer at ${url} within 60 s.`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
