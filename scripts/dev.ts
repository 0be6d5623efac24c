import { prepareRuntime } from "./prepare-runtime";
import { runNext } from "./run-next";

await prepareRuntime();
await runNext(["dev", ...process.argv.slice(2)]);
