import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { baselineFolder } from "@/lib/node/current-model";
import { dataDirectory } from "@/lib/node/data-directory";
import { publishTestModel } from "./test-model";

// Without the shipped model the journeys run on random weights: everything but the answers' worth is the same.
if (!existsSync(`${baselineFolder()}/manifest.json`))
  await publishTestModel({ serial: 1, version: "test-1" });

const server = spawn(
  process.execPath,
  [
    "node_modules/next/dist/bin/next",
    "start",
    "--hostname",
    "127.0.0.1",
    "--port",
    process.env.PORT ?? "4173",
  ],
  { stdio: "inherit" },
);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => server.kill(signal));
server.on("exit", (code) => {
  rmSync(dataDirectory(), { recursive: true, force: true });
  process.exit(code ?? 0);
});
