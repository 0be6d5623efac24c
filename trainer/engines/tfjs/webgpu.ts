// The whole of tfjs, not its core alone: the core registers no gradients.
import * as tf from "@tensorflow/tfjs";
import { PneumoscopeError } from "@/lib/errors";
import type { Engine } from "../engine";
import { createTfjsEngine } from "./engine";

interface DawnModule {
  create(options: string[]): GPU;
  globals: Record<string, unknown>;
}

interface AdapterDetails {
  vendor?: string;
  architecture?: string;
  device?: string;
  description?: string;
}

const softwareAdapters = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/**
 * tfjs on WebGPU through Dawn, for any Vulkan, Metal or Direct3D 12 GPU. Dawn (`npm i webgpu`) is opt-in: it is large.
 * @throws ENGINE_UNAVAILABLE when Dawn is not installed or only a software adapter is there
 */
export async function openWebgpuEngine(): Promise<Engine> {
  const packageName: string = "webgpu";
  const dawn = (await import(packageName).catch((cause) => {
    throw new PneumoscopeError("ENGINE_UNAVAILABLE", "Dawn is not installed; `npm i webgpu` adds it.", {
      cause,
    });
  })) as DawnModule;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "node" }, configurable: true });
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new PneumoscopeError("ENGINE_UNAVAILABLE", "Dawn found no GPU.");
  const info = (adapter as unknown as { info: AdapterDetails }).info;
  const device = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(" ");
  if (softwareAdapters.test(device)) {
    throw new PneumoscopeError(
      "ENGINE_UNAVAILABLE",
      `Dawn found only a software GPU (${device}), slower than wasm.`,
    );
  }
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) {
    throw new PneumoscopeError("ENGINE_UNAVAILABLE", `tfjs's WebGPU backend did not start on ${device}.`);
  }
  return createTfjsEngine("webgpu", `${device}, tfjs ${tf.version.tfjs}`, device);
}
