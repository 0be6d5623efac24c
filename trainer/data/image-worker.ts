import { parentPort, workerData } from "node:worker_threads";
import type { ImageWorkerData } from "./image-source";
import { type ImageRequest, prepareImages } from "./micro-batch";

const { config, ...images } = workerData as ImageWorkerData;

parentPort?.on("message", (request: ImageRequest) => {
  const tensor = prepareImages(images, config, request);
  parentPort?.postMessage(tensor, [tensor.buffer as ArrayBuffer]);
});
