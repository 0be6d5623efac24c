import type { InferenceSession } from "onnxruntime-web/wasm";
import { type FromEngine, serveEngine, timeForward } from "./messages";

type Onnxruntime = typeof import("onnxruntime-web/wasm");

const onGpu = new URL(location.href).searchParams.get("on") === "webgpu";
let ort: Onnxruntime;
let session: InferenceSession;

async function start(threads: number): Promise<FromEngine> {
  const startedAt = performance.now();
  ort = onGpu
    ? ((await import("onnxruntime-web/webgpu")) as Onnxruntime)
    : await import("onnxruntime-web/wasm");
  ort.env.wasm.wasmPaths = `${location.origin}/onnxruntime-web/`;
  ort.env.wasm.numThreads = threads;
  const model = new Uint8Array(await (await fetch("/model.onnx")).arrayBuffer());
  session = await ort.InferenceSession.create(model, {
    executionProviders: [onGpu ? "webgpu" : "wasm"],
    graphOptimizationLevel: "all",
  });
  const durationMs = performance.now() - startedAt;
  return { kind: "started", durationMs, threads: ort.env.wasm.numThreads ?? 0 };
}

serveEngine(async (message) => {
  if (message.kind === "start") return start(message.threads);
  const { image, n, size, times } = message;
  return timeForward(times, async () => {
    const input = new ort.Tensor("float32", image, [n, 3, size, size]);
    const { logit } = await session.run({ image: input }, ["logit"]);
    return logit?.data as Float32Array;
  });
});
