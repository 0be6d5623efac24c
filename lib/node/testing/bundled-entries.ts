import { mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    bundledEntries: string;
  }
}

// What tests start again and again. With its sources compiled at each start a command takes about four times as long.
const entries = [
  "lib/node/__fixtures__/use-postgres",
  ...[
    "curves",
    "evaluate",
    "evaluation-sets",
    "inspect",
    "models",
    "predict",
    "reproduce",
    "retrain",
    "weights",
  ].map((name) => `scripts/${name}`),
  "trainer/__fixtures__/fake-trainer",
  "trainer/__fixtures__/fake-job-process",
];

/** Vitest's global set-up: the commands that tests run, bundled once; see `bundledEntry`. */
export default async function bundleEntries(project: TestProject): Promise<() => Promise<void>> {
  // Inside node_modules, from where packages are found.
  const folder = await mkdtemp(path.resolve("node_modules/.entries-"));
  await build({
    entryPoints: entries.map((entry) => `${entry}.ts`),
    outbase: ".",
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    packages: "external",
    plugins: [whereSourcesAre],
    logLevel: "error",
  });
  project.provide("bundledEntries", folder);
  return () => rm(folder, { recursive: true, force: true });
}

/** A source finds other files by its own place, which a bundle must not change. A fixture's neighbours are bundled too. */
const whereSourcesAre: Plugin = {
  name: "where-sources-are",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      if (file.includes("node_modules") || file.includes("__fixtures__")) return undefined;
      const source = await readFile(file, "utf8");
      const contents = source.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href));
      return { contents, loader: "ts" };
    });
  },
};
