import * as tf from "@tensorflow/tfjs-core";
import { BackendWasm, setThreadsCount } from "./wasm-kernels";

type Wasm = ConstructorParameters<typeof BackendWasm>[0] & {
  cwrap(name: string, returns: "number" | null, takes: "number"[]): (...values: number[]) => number;
};
type WasmFactory = (options: {
  /** Threads that compute, this one included. */
  threadsCount: number;
  mainScriptUrlOrBlob: string;
  locateFile(name: string): string;
}) => Promise<Wasm>;

/** The backend starts no more of them. */
export const mostThreads = 8;

/** Whether this context may share memory between threads: the page must be isolated (COOP and COEP). */
export function canUseThreads(): boolean {
  return typeof SharedArrayBuffer !== "undefined" && globalThis.crossOriginIsolated === true;
}

/**
 * Loads the threaded build of tfjs's WebAssembly backend.
 * @param threads 2 to `mostThreads`, this one included
 * @returns makes it the one that `tf.setBackend("wasm")` starts
 * @throws where the files under /runtime/ do not load
 */
export async function loadThreadedWasm(threads: number): Promise<() => void> {
  const module = await loadModule(threads);
  return () => {
    setThreadsCount(threads);
    tf.removeBackend("wasm");
    tf.registerBackend("wasm", () => new BackendWasm(module));
  };
}

async function loadModule(threads: number): Promise<Wasm> {
  const runtime = `${location.origin}/runtime/`;
  const loaderUrl = `${runtime}tfjs-backend-wasm-threaded-simd.mjs`;
  const loader: { default: WasmFactory } = await import(/* turbopackIgnore: true */ loaderUrl);
  const module = await loader.default({
    threadsCount: threads,
    mainScriptUrlOrBlob: loaderUrl,
    locateFile: (name) => runtime + name,
  });
  // The same bridge that tfjs makes for the module it loads by itself.
  module.tfjs = {
    init: module.cwrap("init", null, []),
    initWithThreadsCount: module.cwrap("init_with_threads_count", null, ["number"]),
    getThreadsCount: module.cwrap("get_threads_count", "number", []),
    registerTensor: module.cwrap("register_tensor", null, ["number", "number", "number"]),
    disposeData: module.cwrap("dispose_data", null, ["number"]),
    dispose: module.cwrap("dispose", null, []),
  };
  return module;
}
