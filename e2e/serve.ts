import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { writeDrawnBaseline } from "@/lib/node/__fixtures__/drawn-baseline";
import { baselineFolder } from "@/lib/node/current-model";
import { dataDirectory } from "@/lib/node/data-directory";

await writeDrawnBaseline(baselineFolder());

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
  for (const folder of [dataDirectory(), baselineFolder()]) rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 0);
});
