import path from "node:path";
import { build } from "esbuild";
import { projectFolder } from "../cli/project-folder";

/** One of the scripts in `in-page/`, with all it imports, as a browser runs it. */
export async function bundleForPage(name: string, format: "esm" | "iife" = "esm"): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(projectFolder, "scripts", "bench", "in-page", `${name}.ts`)],
    bundle: true,
    write: false,
    format,
    platform: "browser",
    target: "es2022",
    minify: true,
    alias: { "@": projectFolder },
    // Node's parts of tfjs's loaders, which no browser reaches.
    external: ["fs", "path", "os", "worker_threads", "perf_hooks"],
    logLevel: "error",
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`esbuild made nothing of ${name}.ts.`);
  return output.text;
}
