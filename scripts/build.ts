import { bundleServiceWorker } from "./bundle-service-worker";
import { sourceDigest } from "./cli/build-if-changed";
import { prepareRuntime } from "./prepare-runtime";
import { runNext } from "./run-next";

// The same sources give the same build, which is then no update to a page that runs it.
const buildId = (await sourceDigest()).slice(0, 16);
process.env.PNEUMOSCOPE_BUILD_ID = buildId;
await prepareRuntime();
await runNext(["build", ...process.argv.slice(2)]);
if (process.exitCode === 0) await bundleServiceWorker(buildId);
