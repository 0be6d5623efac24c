import * as tf from "@tensorflow/tfjs-core";
import { PneumoscopeError } from "@/lib/errors";
import { within } from "./within";

export interface AdapterInfo {
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
  /** Calls back at the first error, also while nothing runs. */
  onError(listener: () => void): void;
  /** What it runs on, for diagnostics: the adapter, or the number of threads. */
  about: Record<string, string | number | boolean>;
}

/**
 * Makes WebGPU the current tfjs backend.
 * @param allowSoftware also take an adapter that only imitates a GPU: far slower than wasm, useful in tests
 * @throws BACKEND_UNAVAILABLE with the reason
 */
export async function startWebGpu(allowSoftware: boolean): Promise<BackendWatch> {
  const adapter = await findAdapter(allowSoftware);
  await import("@tensorflow/tfjs-backend-webgpu");
  const started = await within(startWithinMs, "Starting WebGPU", tf.setBackend("webgpu"));
  if (!started) throw unavailable("it did not start");
  return watch((tf.backend() as unknown as { device: Device }).device, aboutOf(adapter));
}

/** Whether `startWebGpu(false)` would find an adapter. */
export function hasWebGpu(): Promise<boolean> {
  return findAdapter(false).then(
    () => true,
    () => false,
  );
}

async function findAdapter(allowSoftware: boolean): Promise<Adapter> {
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
  return adapter;
}

function isSoftware({ info, isFallbackAdapter }: Adapter): boolean {
  if (isFallbackAdapter || info?.isFallbackAdapter) return true;
  return software.test([info?.vendor, info?.architecture, info?.device, info?.description].join(" "));
}

function aboutOf({ info }: Adapter): BackendWatch["about"] {
  const { vendor = "", architecture = "", device = "", description = "" } = info ?? {};
  return { vendor, architecture, device, description };
}

function watch(device: Device, about: BackendWatch["about"]): BackendWatch {
  let first: string | null = null;
  const listeners: (() => void)[] = [];
  const report = (message: string) => {
    if (first !== null) return;
    first = message;
    for (const listener of listeners) listener();
  };
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event as Event & { error?: { message: string } };
    report(error?.message ?? "an unnamed error");
  });
  void device.lost.then(({ message }) => report(`the device was lost: ${message}`));
  return { error: () => first, onError: (listener) => listeners.push(listener), about };
}

function unavailable(reason: string): PneumoscopeError {
  return new PneumoscopeError("BACKEND_UNAVAILABLE", `WebGPU is not used: ${reason}.`);
}
