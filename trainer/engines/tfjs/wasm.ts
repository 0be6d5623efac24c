import { cpus } from "node:os";
// The whole of tfjs, not its core alone: the core registers no gradients.
import * as tf from "@tensorflow/tfjs";
import { useWasmBackend } from "@/lib/node/wasm-backend";
import type { Engine } from "../engine";
import { registerWasmConvolutionGradients } from "./convolution-gradient";
import { createTfjsEngine } from "./engine";

/** tfjs on WebAssembly with SIMD, one thread: works wherever Node does. */
export async function openWasmEngine(): Promise<Engine> {
  await useWasmBackend();
  registerWasmConvolutionGradients();
  return createTfjsEngine(
    "wasm",
    `${cpus()[0]?.model.trim() ?? "processor"}, 1 thread, tfjs ${tf.version.tfjs} wasm`,
  );
}
