import { parentPort, workerData } from "node:worker_threads";
import type { BatchWorkerData } from "./batch-source";
import { type MicroBatchRequest, prepareMicroBatch } from "./micro-batch";

const { gray, labels, config } = workerData as BatchWorkerData;

parentPort?.on("message", (request: MicroBatchRequest) => {
  const batch = prepareMicroBatch({ gray, labels }, config, request);
  const buffers = Object.values(batch).map(({ buffer }: Float32Array) => buffer as ArrayBuffer);
  parentPort?.postMessage(batch, buffers);
});
