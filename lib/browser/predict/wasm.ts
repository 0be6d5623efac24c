import * as tf from "@tensorflow/tfjs-core";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { BackendWatch } from "./webgpu";
import { within } from "./within";

const startWithinMs = 60_000;
const startThreadsWithinMs = 15_000;

export interface WasmBackend extends BackendWatch {
  threads: number;
}

let started: Promise<WasmBackend> | undefined;
let registered: Promise<number> | undefined;

/** Loads the runtime, so that it is there when `startWasm` wants it. Other backends are not disturbed. */
export async function prepareWasm(): Promise<void> {
  registered ??= registerThreads(navigator.hardwareConcurrency);
  await registered;
}

/**
 * Makes WebAssembly the current tfjs backend, with a thread for each processor core where the page is isolated and
 * with one elsewhere.
 * @param threads fewer than there are cores, for comparisons; the first call decides for this worker
 * @throws BACKEND_UNAVAILABLE
 */
export async function startWasm(threads = navigator.hardwareConcurrency): Promise<WasmBackend> {
  started ??= start(threads);
  const backend = await started.catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  await tf.setBackend("wasm");
  return backend;
}

async function start(threads: number): Promise<WasmBackend> {
  const { setWasmPaths } = await import("./wasm-kernels");
  registered ??= registerThreads(threads);
  const threadsHad = await registered;
  if (threadsHad === 1) {
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    setWasmPaths("/runtime/");
  }
  try {
    if (await within(startWithinMs, "Starting WebAssembly", tf.setBackend("wasm")))
      return {
        threads: threadsHad,
        error: () => null,
        onError: () => undefined,
        about: { threads: threadsHad },
      };
  } catch (cause) {
    throw unavailable(describeError(cause), cause);
  }
  throw unavailable("the files under /runtime/ did not load");
}

/** @returns how many threads the backend will have; one where more cannot be had */
async function registerThreads(wanted: number): Promise<number> {
  const { canUseThreads, mostThreads, loadThreadedWasm } = await import("./threaded-wasm");
  const threads = Math.min(wanted, mostThreads);
  if (!canUseThreads() || !(threads > 1)) return 1;
  try {
    const register = await within(
      startThreadsWithinMs,
      "Loading WebAssembly's threads",
      loadThreadedWasm(threads),
    );
    register();
    return threads;
  } catch (error) {
    console.warn("WebAssembly runs on one thread:", error);
    return 1;
  }
}

function unavailable(reason: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError("BACKEND_UNAVAILABLE", `WebAssembly did not start: ${reason}.`, {
    cause,
    userMessage:
      "This browser could not start the model's runtime. Reload the page; if that does not help, update the browser.",
  });
}
