import * as tf from "@tensorflow/tfjs-core";
import { startWasm } from "@/lib/browser/predict/wasm";
import { startWebGpu } from "@/lib/browser/predict/webgpu";
import { forward, uploadWeights } from "@/lib/resnet18/forward";
import { parseSafetensors } from "@/lib/safetensors/safetensors";
import { type FromEngine, serveEngine, timeForward } from "./messages";

const onGpu = new URL(location.href).searchParams.get("on") === "webgpu";
let tensors: Map<string, tf.Tensor> = new Map();

async function start(threads: number): Promise<FromEngine> {
  const startedAt = performance.now();
  const bytes = new Uint8Array(await (await fetch("/weights.safetensors")).arrayBuffer());
  if (onGpu) await startWebGpu(false);
  const started = onGpu ? { threads: 0 } : await startWasm(threads);
  tensors = uploadWeights(parseSafetensors(bytes).weights);
  return { kind: "started", durationMs: performance.now() - startedAt, threads: started.threads };
}

serveEngine(async (message) => {
  if (message.kind === "start") return start(message.threads);
  const { image, n, size, times } = message;
  return timeForward(times, async () => {
    const logit = tf.tidy(() => forward(tensors, tf.tensor4d(image, [n, size, size, 3])).logit);
    const values = await logit.data();
    logit.dispose();
    return values;
  });
});
