import * as tf from "@tensorflow/tfjs-core";
import { PneumoscopeError } from "@/lib/errors";
import { within } from "./within";

interface AdapterInfo {
  vendor?: string;
  architecture?: string;
  device?: string;
  description?: string;
  isFallbackAdapter?: boolean;
}
interface Adapter {
  info?: AdapterInfo;
  isFallbackAdapter?: boolean;
}
interface Gpu {
  requestAdapter(options?: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}
interface Device extends EventTarget {
  lost: Promise<{ message: string }>;
}

const startWithinMs = 15_000;
const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/** A GPU shader that does not compile gives zeros and only an event, so errors are collected here. */
export interface BackendWatch {
  /** The first error that the device reported, or null. */
  error(): string | null;
}

/**
 * Makes WebGPU the current tfjs backend.
 * @param allowSoftware also take an adapter that only imitates a GPU: far slower than wasm, useful in tests
 * @throws BACKEND_UNAVAILABLE with the reason
 */
export async function startWebGpu(allowSoftware: boolean): Promise<BackendWatch> {
  const gpu = (navigator as Navigator & { gpu?: Gpu }).gpu;
  if (!gpu) throw unavailable("this browser has none");
  // tfjs does not expect null here, which browsers with a blocked GPU return.
  const adapter = await within(
    startWithinMs,
    "WebGPU's adapter",
    gpu.requestAdapter({ powerPreference: "high-performance" }),
  );
  if (!adapter) throw unavailable("the browser offers no adapter");
  if (!allowSoftware && isSoftware(adapter)) throw unavailable("the adapter is a software imitation");
  await import("@tensorflow/tfjs-backend-webgpu");
  const started = await within(startWithinMs, "Starting WebGPU", tf.setBackend("webgpu"));
  if (!started) throw unavailable("it did not start");
  return watch((tf.backend() as unknown as { device: Device }).device);
}

function isSoftware({ info, isFallbackAdapter }: Adapter): boolean {
  if (isFallbackAdapter || info?.isFallbackAdapter) return true;
  return software.test([info?.vendor, info?.architecture, info?.device, info?.description].join(" "));
}

function watch(device: Device): BackendWatch {
  let first: string | null = null;
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event as Event & { error?: { message: string } };
    first ??= error?.message ?? "an unnamed error";
  });
  void device.lost.then(({ message }) => {
    first ??= `the device was lost: ${message}`;
  });
  return { error: () => first };
}

function unavailable(reason: string): PneumoscopeError {
  return new PneumoscopeError("BACKEND_UNAVAILABLE", `WebGPU is not used: ${reason}.`);
}
