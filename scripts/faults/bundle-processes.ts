import path from "node:path";
import { build } from "esbuild";
import { projectFolder } from "../cli/project-folder";

/** Bundles the processes of a trial, so that each starts in a fraction of a second. @returns nothing; files are in `folder` */
export async function bundleProcesses(folder: string): Promise<void> {
  await build({
    absWorkingDir: projectFolder,
    entryPoints: ["web-process", "trainer-process", "job-process"].map((name) =>
      path.join("scripts", "faults", `${name}.ts`),
    ),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minify: true,
    keepNames: true,
    tsconfig: "tsconfig.json",
    banner: {
      js: 'import { createRequire as faultsRequire } from "node:module"; const require = faultsRequire(import.meta.url);',
    },
    logLevel: "error",
  });
}
