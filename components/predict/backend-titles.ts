import type { BackendName } from "@/lib/browser/predict/messages";

export const backendTitles: Record<BackendName, string> = { webgpu: "WebGPU", wasm: "WebAssembly" };
