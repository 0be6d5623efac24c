import { createRequire } from "node:module";
import { dirname } from "node:path";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { PneumoscopeError } from "@/lib/errors";

/**
 * Makes tfjs run on its wasm backend in Node, the same one that browsers without WebGPU use.
 * @throws BACKEND_UNAVAILABLE when it does not start
 */
export async function useWasmBackend(): Promise<void> {
  if (tf.getBackend() === "wasm") return;
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(entry)}/`);
  // Threads need browser workers; without this flag the backend waits for them for ever.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  const started = await tf.setBackend("wasm").catch(() => false);
  if (!started)
    throw new PneumoscopeError("BACKEND_UNAVAILABLE", "TensorFlow.js's wasm backend did not start.");
  await tf.ready();
}
