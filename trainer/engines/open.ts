import { describeError, PneumoscopeError } from "@/lib/errors";
import { type Engine, type EngineName, engineNames } from "./engine";

const openers: Record<EngineName, () => Promise<Engine>> = {
  "tfjs-node-gpu": async () => (await import("./tfjs/tfjs-node")).openTfjsNodeEngine("tfjs-node-gpu"),
  "tfjs-node": async () => (await import("./tfjs/tfjs-node")).openTfjsNodeEngine("tfjs-node"),
  webgpu: async () => (await import("./tfjs/webgpu")).openWebgpuEngine(),
  onnxruntime: async () => (await import("./onnxruntime/engine")).openOnnxruntimeEngine(),
  wasm: async () => (await import("./tfjs/wasm")).openWasmEngine(),
};

/**
 * The first engine that works, in the order of `engineNames`; or the named one, without a substitute.
 * @throws ENGINE_UNAVAILABLE, with the reason, when the named engine does not work or none does
 */
export async function openEngine(name?: string): Promise<Engine> {
  if (name) return openNamed(name);
  const reasons: string[] = [];
  for (const candidate of engineNames) {
    try {
      return await openers[candidate]();
    } catch (error) {
      reasons.push(`${candidate}: ${describeError(error)}`);
    }
  }
  throw new PneumoscopeError("ENGINE_UNAVAILABLE", `No training engine works here. ${reasons.join(" ")}`);
}

async function openNamed(name: string): Promise<Engine> {
  if (!(name in openers)) {
    throw new PneumoscopeError(
      "ENGINE_UNAVAILABLE",
      `TRAINER_ENGINE=${name} is unknown; use ${engineNames.join(", ")}.`,
    );
  }
  try {
    return await openers[name as EngineName]();
  } catch (cause) {
    throw new PneumoscopeError(
      "ENGINE_UNAVAILABLE",
      `TRAINER_ENGINE=${name} does not work here: ${describeError(cause)}`,
      {
        cause,
      },
    );
  }
}
