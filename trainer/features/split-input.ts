import { setImmediate as nextTurn } from "node:timers/promises";
import { PneumoscopeError } from "@/lib/errors";
import { applyView, type View } from "@/lib/resnet18/views";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import { toTensor } from "@/lib/xray/to-tensor";
import type { BatchSource } from "../data/batch-source";
import { type ImageKey, imageKeys } from "../data/image-keys";
import { type ImageSource, taken } from "../data/image-source";
import type { LabelledImages } from "../data/labelled-images";
import { lossInput, type MicroBatchRequest, prepareImages, type TrainingImages } from "../data/micro-batch";
import type { Backbone, Engine } from "../engines/engine";
import type { PredictOptions } from "../predict-outputs";
import type { FeatureCounts, FeatureShelf } from "./feature-cache";
import { drawKey, viewKey } from "./feature-spaces";
import { type AskedFeatures, askFeatures, gatherFeatures } from "./gather-features";

/** Where features come from: what computes them, and what keeps them. */
export interface FeatureOrigin {
  backbone: Backbone;
  shelf: FeatureShelf;
  counts: FeatureCounts;
}

/** Micro-batches of features. Only images whose features nobody has kept are augmented. */
export function openFeatureBatches(
  train: TrainingImages,
  config: TrainingConfig,
  images: ImageSource,
  origin: FeatureOrigin,
): BatchSource {
  const waiting: { request: MicroBatchRequest; asked: AskedFeatures }[] = [];

  /** Those that were asked of the other thread, or here where an entry turned out to be damaged. */
  async function imagesAt(
    { epoch, indices }: MicroBatchRequest,
    { missing }: AskedFeatures,
    places: readonly number[],
  ) {
    const prepared = missing.length > 0 ? await images.next() : undefined;
    if (prepared && places.length === missing.length) return prepared;
    return prepareImages(train, config, { epoch, indices: places.map((place) => indices[place] as number) });
  }

  return {
    request(requests) {
      for (const request of requests) {
        const { epoch, indices } = request;
        const keys = indices.map((index) => drawKey(train.keys[index] as ImageKey, epoch));
        const asked = askFeatures(origin.shelf, keys);
        waiting.push({ request, asked });
        if (asked.missing.length > 0)
          images.request({ epoch, indices: asked.missing.map((place) => indices[place] as number) });
      }
    },
    async next() {
      const { request, asked } = taken(waiting);
      const features = await gatherFeatures(asked, origin, (places) => imagesAt(request, asked, places));
      return { features, ...lossInput(train, config, request) };
    },
    close: () => images.close(),
  };
}

const batchSize = 16;

/**
 * Logits of images, each the mean over the views. Within the rounding of half precision what `predictLogits` gives.
 */
export async function predictFromFeatures(
  split: NonNullable<Engine["split"]>,
  weights: Weights,
  images: Pick<LabelledImages, "gray">,
  origin: FeatureOrigin,
  { trainFrom, size, views, signal, onProgress }: PredictOptions & Pick<TrainingConfig, "trainFrom">,
): Promise<Float32Array> {
  const area = size * size;
  const keys = imageKeys(images.gray, size);
  const logits = new Float32Array(keys.length);
  const parts = batches(keys, views);
  const head = await split.createHead(weights, { trainFrom, size });
  try {
    let asked = parts[0] && askFeatures(origin.shelf, parts[0].keys);
    for (const [i, { start, n, view }] of parts.entries()) {
      // Engines that compute on this thread would let no Ctrl-C through.
      await nextTurn();
      if (signal?.aborted) throw new PneumoscopeError("TRAINING_CANCELLED", "The run was cancelled.");
      const gray = (place: number) =>
        images.gray.subarray((start + place) * area, (start + place + 1) * area);
      const features = await gatherFeatures(asked as AskedFeatures, origin, async (places) =>
        toTensor(joinViews(places.map(gray), size, view), size),
      );
      const following = parts[i + 1];
      asked = following && askFeatures(origin.shelf, following.keys);
      const values = await head.logits(features, n);
      for (let k = 0; k < n; k++)
        logits[start + k] = (logits[start + k] as number) + (values[k] as number) / views.length;
      onProgress?.(start + n, keys.length);
    }
  } finally {
    head.dispose();
  }
  return logits;
}

interface ViewBatch {
  start: number;
  n: number;
  view: View;
  keys: string[];
}

function batches(images: readonly ImageKey[], views: readonly View[]): ViewBatch[] {
  const parts: ViewBatch[] = [];
  for (let start = 0; start < images.length; start += batchSize) {
    const some = images.slice(start, start + batchSize);
    for (const view of views)
      parts.push({ start, n: some.length, view, keys: some.map((image) => viewKey(image, view)) });
  }
  return parts;
}

function joinViews(images: readonly Uint8Array[], size: number, view: View): Uint8Array {
  const joined = new Uint8Array(images.length * size * size);
  for (const [i, gray] of images.entries()) joined.set(gray, i * size * size);
  return applyView(joined, size, view);
}
