import { prepareRuntime } from "./prepare-runtime";
import { runNext } from "./run-next";

await prepareRuntime();
await runNext(["build", ...process.argv.slice(2)]);
