import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { PneumoscopeError } from "@/lib/errors";
import { projectFolder } from "../cli/project-folder";

const startWithinMs = 90_000;

/** Serves the built pages on a free port, with this process's environment. @throws BACKEND_UNAVAILABLE */
export async function servePages(): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ["node_modules/next/dist/bin/next", "start", "--hostname", "127.0.0.1", "--port", String(port)],
    {
      cwd: projectFolder,
      stdio: "ignore",
      env: { ...process.env, NODE_ENV: "production", PORT: String(port) },
    },
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill();
    await exited;
  };
  const url = `http://127.0.0.1:${port}/`;
  for (const startMs = performance.now(); performance.now() - startMs < startWithinMs; await sleep(300)) {
    const answer = await fetch(`${url}api/models/current`).catch(() => null);
    if (answer?.ok) return { url, stop };
    if (child.exitCode !== null) break;
  }
  await stop();
  throw new PneumoscopeError("BACKEND_UNAVAILABLE", `The built pages gave no answer at ${url}.`);
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
