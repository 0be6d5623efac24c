import * as tf from "@tensorflow/tfjs-core";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { BackendWatch } from "./webgpu";
import { within } from "./within";

const startWithinMs = 60_000;

/** Makes WebAssembly the current tfjs backend. @throws BACKEND_UNAVAILABLE */
export async function startWasm(): Promise<BackendWatch> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  // Threads need blob: workers and cross-origin isolation, and gain nothing on two cores.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths("/runtime/");
  try {
    if (await within(startWithinMs, "Starting WebAssembly", tf.setBackend("wasm")))
      return { error: () => null };
  } catch (cause) {
    throw unavailable(describeError(cause), cause);
  }
  throw unavailable("the files under /runtime/ did not load");
}

function unavailable(reason: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError("BACKEND_UNAVAILABLE", `WebAssembly did not start: ${reason}.`, {
    cause,
    userMessage:
      "This browser could not start the model's runtime. Reload the page; if that does not help, update the browser.",
  });
}
