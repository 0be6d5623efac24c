import { spawn } from "node:child_process";

/** Runs Next's command line in this terminal and hands its exit status on. Signals are passed to it. */
export async function runNext(args: string[]): Promise<void> {
  const child = spawn(process.execPath, ["node_modules/next/dist/bin/next", ...args], {
    stdio: "inherit",
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
  });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGINT", pass);
  process.on("SIGTERM", pass);
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}
