import type { TrainingConfig } from "@/lib/training/config";
import type { MicroBatch } from "../engines/engine";
import { imageKeys } from "./image-keys";
import { type ImageSource, taken } from "./image-source";
import type { LabelledImages } from "./labelled-images";
import { lossInput, type MicroBatchRequest, type TrainingImages } from "./micro-batch";

/** Micro-batches in the order they were asked for. */
export interface BatchSource {
  /** Starts on these, where there is someone else to do it. */
  request(requests: readonly MicroBatchRequest[]): void;
  /** @throws what preparing it threw */
  next(): Promise<MicroBatch>;
  close(): Promise<void>;
}

/** Micro-batches of images, for a network that runs as a whole. */
export function openImageBatches(
  train: TrainingImages,
  config: TrainingConfig,
  images: ImageSource,
): BatchSource {
  const waiting: MicroBatchRequest[] = [];
  return {
    request(requests) {
      for (const request of requests) {
        waiting.push(request);
        images.request(request);
      }
    },
    async next() {
      const request = taken(waiting);
      return { images: await images.next(), ...lossInput(train, config, request) };
    },
    close: () => images.close(),
  };
}

export function withKeys(train: LabelledImages, { imageSize }: TrainingConfig): TrainingImages {
  return { gray: train.gray, labels: train.labels, keys: imageKeys(train.gray, imageSize) };
}
