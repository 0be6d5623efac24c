import { copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "esbuild";
import { reportFontFiles } from "@/lib/report/report-fonts";
import { codecRuntimeFiles } from "@/lib/xray/codecs";

const wasmBackend = "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out";

/** WebAssembly, and fonts of reports, that the page's workers fetch from /runtime: path in node_modules → name. */
const runtimeFiles = [
  ...["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"].map(
    (name) => ({
      path: `${wasmBackend}/${name}`,
      name,
    }),
  ),
  ...codecRuntimeFiles,
  ...reportFontFiles,
];

const threaded = "tfjs-backend-wasm-threaded-simd";

/**
 * The threaded backend's loader and the entry of its threads, and what is changed in them. The loader counts half the
 * cores and starts eight workers whatever it needs: the page says instead how many threads it wants. Both become
 * modules, so that one file serves the worker that predicts and its threads.
 */
const loaderChanges = [
  { from: 'return navigator["hardwareConcurrency"]', to: 'return 2*Module["threadsCount"]' },
  { from: "var pthreadPoolSize=8;", to: 'var pthreadPoolSize=Module["threadsCount"]-1;' },
  { from: "worker=new Worker(pthreadMainJs)", to: 'worker=new Worker(pthreadMainJs,{type:"module"})' },
];
const threadChanges = [
  {
    from:
      'if(typeof e.data.urlOrBlob=="string"){importScripts(e.data.urlOrBlob)}else{var objectUrl=' +
      "URL.createObjectURL(e.data.urlOrBlob);importScripts(objectUrl);URL.revokeObjectURL(objectUrl)}" +
      "WasmBackendModuleThreadedSimd(Module)",
    to: "import(e.data.urlOrBlob).then(loader=>loader.default(Module))",
  },
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
 * File name → text. They are files of their own, since a bundler's minifier breaks the loader and since workers from
 * this origin need no blob: in the page's policy.
 */
async function threadedLoader(): Promise<Record<string, string>> {
  const script = await readFile(`${wasmBackend}/${threaded}.js`, "utf8");
  const entry = createRequire(import.meta.url)(path.resolve(wasmBackend, `${threaded}.worker.js`));
  // Line ends of the entry stand in strings; the package escapes them in the same way.
  const thread = String(entry.wasmWorkerContents).replaceAll("\n", "\\n");
  return {
    [`${threaded}.mjs`]: `${changed(script, loaderChanges)}\nexport default WasmBackendModuleThreadedSimd;\n`,
    [`${threaded}.worker.js`]: `${await requestReporter()}${changed(thread, threadChanges)}`,
  };
}

function changed(script: string, changes: { from: string; to: string }[]): string {
  return changes.reduce((text, { from, to }) => {
    if (text.split(from).length === 2) return text.replace(from, () => to);
    throw new Error(
      `${wasmBackend}/${threaded} does not hold “${from}” once: adapt prepare-runtime.ts to it.`,
    );
  }, script);
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
