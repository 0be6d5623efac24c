import { copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "esbuild";
import { codecRuntimeFiles } from "@/lib/xray/codecs";

const wasmBackend = "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out";

/** WebAssembly that the page's worker fetches from /runtime: path in node_modules → name. */
const runtimeFiles = [
  ...["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"].map(
    (name) => ({
      path: `${wasmBackend}/${name}`,
      name,
    }),
  ),
  ...codecRuntimeFiles,
];

/**
 * Changes to the loader of the threaded backend. It counts half the cores and starts eight workers whatever it needs;
 * the page says instead how many threads it wants.
 */
const loaderChanges = [
  { from: 'return navigator["hardwareConcurrency"]', to: 'return 2*Module["threadsCount"]' },
  { from: "var pthreadPoolSize=8;", to: 'var pthreadPoolSize=Module["threadsCount"]-1;' },
];

/** Copies and writes the runtime files into public/runtime, which git ignores. */
export async function prepareRuntime(folder = "public/runtime"): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of runtimeFiles) {
    await replaceFile(path.join(folder, file.name), (temporary) => copyFile(file.path, temporary));
  }
  for (const [name, text] of Object.entries(await threadedLoader())) {
    await replaceFile(path.join(folder, name), (temporary) => writeFile(temporary, text));
  }
}

/**
 * The threaded backend's loader as files of their own, since a bundler's minifier breaks it and since workers from
 * this origin need no blob: in the page's policy. File name → text: the script that each thread runs, the same as a
 * module for the worker that predicts, and the threads' entry.
 */
async function threadedLoader(): Promise<Record<string, string>> {
  const name = "tfjs-backend-wasm-threaded-simd";
  let script = await readFile(`${wasmBackend}/${name}.js`, "utf8");
  for (const { from, to } of loaderChanges) {
    if (script.split(from).length !== 2) {
      throw new Error(
        `${wasmBackend}/${name}.js does not contain “${from}” once: adapt loaderChanges to it.`,
      );
    }
    script = script.replace(from, to);
  }
  const { wasmWorkerContents } = createRequire(import.meta.url)(
    path.resolve(wasmBackend, `${name}.worker.js`),
  );
  return {
    [`${name}.js`]: script,
    [`${name}.mjs`]: `${script}\nexport default WasmBackendModuleThreadedSimd;\n`,
    // Its line ends stand in strings; the package escapes them in the same way.
    [`${name}.worker.js`]: `${await requestReporter()}${String(wasmWorkerContents).replaceAll("\n", "\\n")}`,
  };
}

/** What makes a thread tell the privacy panel of its requests, as every other worker does. */
async function requestReporter(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["lib/browser/privacy/report-from-worker.ts"],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
  });
  return outputFiles[0]?.text ?? "";
}

async function replaceFile(target: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${target}.${process.pid}.tmp`;
  await write(temporary);
  await rename(temporary, target);
}
