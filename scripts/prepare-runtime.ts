import { copyFile, mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { codecRuntimeFiles } from "@/lib/xray/codecs";

const wasmBackend = "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out";

/** WebAssembly that the page's worker fetches from /runtime: path in node_modules → name. */
const runtimeFiles = [
  ...["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"].map((name) => ({
    path: `${wasmBackend}/${name}`,
    name,
  })),
  ...codecRuntimeFiles,
];

/** Copies the runtime files into public/runtime, which git ignores. */
export async function prepareRuntime(folder = "public/runtime"): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of runtimeFiles) {
    const target = path.join(folder, file.name);
    const temporary = `${target}.${process.pid}.tmp`;
    await copyFile(file.path, temporary);
    await rename(temporary, target);
  }
}
