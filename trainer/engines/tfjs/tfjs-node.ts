import { cpus } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { PneumoscopeError } from "@/lib/errors";
import type { Engine, EngineName } from "../engine";
import { createTfjsEngine } from "./engine";

const packages = {
  "tfjs-node": "@tensorflow/tfjs-node",
  "tfjs-node-gpu": "@tensorflow/tfjs-node-gpu",
} as const;

/**
 * TensorFlow's native library, on the processor or on an NVIDIA GPU. Neither package is a dependency: the GPU image
 * installs its own (trainer/gpu/package.json).
 * @throws ENGINE_UNAVAILABLE when the package or, for `tfjs-node-gpu`, a usable GPU is missing
 */
export async function openTfjsNodeEngine(
  name: Extract<EngineName, "tfjs-node" | "tfjs-node-gpu">,
): Promise<Engine> {
  const packageName: string = packages[name];
  await import(packageName).catch((cause) => {
    throw new PneumoscopeError("ENGINE_UNAVAILABLE", `${packageName} is not installed or does not load.`, {
      cause,
    });
  });
  if (!(await tf.setBackend("tensorflow"))) {
    throw new PneumoscopeError("ENGINE_UNAVAILABLE", `${packageName} loaded but its backend did not start.`);
  }
  if (name === "tfjs-node-gpu") assertGpuIsUsed();
  const processor = cpus()[0]?.model.trim() ?? "processor";
  return name === "tfjs-node"
    ? createTfjsEngine(name, processor)
    : createTfjsEngine(name, "CUDA GPU", "CUDA GPU");
}

/** Without CUDA the GPU package quietly runs on the processor; its backend says which device it took. */
function assertGpuIsUsed(): void {
  const backend = tf.backend() as unknown as { isUsingGpuDevice?: boolean };
  if (backend.isUsingGpuDevice !== true) {
    throw new PneumoscopeError(
      "ENGINE_UNAVAILABLE",
      "@tensorflow/tfjs-node-gpu found no usable GPU: it needs CUDA 11.2, cuDNN 8.1 and a GPU of that time.",
    );
  }
}
