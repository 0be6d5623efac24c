import * as ort from "onnxruntime-node";
import { benchImage, imageSize } from "./serve-engines";

/** onnxruntime's native library in this process: what the same processor can do without a browser. */
export async function openNative(onnx: Uint8Array, threads: number, n: number) {
  const session = await ort.InferenceSession.create(onnx, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const image = new ort.Tensor("float32", benchImage(n, true), [n, 3, imageSize, imageSize]);
  return async (times: number) => {
    const wallMs: number[] = [];
    let logits: number[] = [];
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) {
      const startedAt = performance.now();
      const { logit } = await session.run({ image }, ["logit"]);
      wallMs.push(performance.now() - startedAt);
      logits = Array.from(logit?.data as Float32Array);
    }
    const { user, system } = process.cpuUsage(before);
    return { wallMs, logits, cpuMs: (user + system) / 1_000 / times };
  };
}
