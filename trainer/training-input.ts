import type { Weights } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import { type BatchSource, openImageBatches, withKeys } from "./data/batch-source";
import { openImageSource } from "./data/image-source";
import type { LabelledImages } from "./data/labelled-images";
import type { Engine, LearnerOptions } from "./engines/engine";
import { type FeatureCache, type FeatureCounts, noShelf } from "./features/feature-cache";
import { drawSpace, featureSpace, viewSpace } from "./features/feature-spaces";
import { openFeatureBatches, predictFromFeatures } from "./features/split-input";
import { type PredictOptions, predictLogits } from "./predict-outputs";

/** What a training reads. */
export interface TrainingInput {
  /** What its micro-batches bring, and so the learner it needs. */
  kind: NonNullable<LearnerOptions["input"]>;
  batches: BatchSource;
  /** Logits of images under weights whose frozen part is that of the training. */
  predict(weights: Weights, images: LabelledImages, options: PredictOptions): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Features where something is frozen and the engine runs that part by itself, else images. The features are rounded to
 * half precision whether they are kept or not: a training gives the same weights with a cache, with part of one and without.
 * @param weights of the first step
 */
export async function openTrainingInput(
  engine: Engine,
  weights: Weights,
  train: LabelledImages,
  config: TrainingConfig,
  cache?: FeatureCache,
): Promise<TrainingInput> {
  const keyed = withKeys(train, config);
  const images = openImageSource(keyed, config);
  const { trainFrom, imageSize: size } = config;
  const { split } = engine;
  if (!split || trainFrom === "conv1") {
    const batches = openImageBatches(keyed, config, images);
    const predict: TrainingInput["predict"] = (...parameters) => predictLogits(engine, ...parameters);
    return { kind: "images", batches, predict, close: () => batches.close() };
  }
  const backbone = await split.createBackbone(weights, { trainFrom, size });
  const shelf = async (space: string) =>
    (await cache?.open(featureSpace(backbone.digest, engine.hardware, space), backbone.length)) ?? noShelf;
  const [draws, views] = [await shelf(drawSpace(config)), await shelf(viewSpace(config))];
  const counts: FeatureCounts = cache?.counts ?? { read: 0, computed: 0, damaged: 0 };
  const batches = openFeatureBatches(keyed, config, images, { backbone, shelf: draws, counts });
  return {
    kind: "features",
    batches,
    predict: (current, some, options) =>
      predictFromFeatures(
        split,
        current,
        some,
        { backbone, shelf: views, counts },
        { ...options, trainFrom },
      ),
    async close() {
      await batches.close();
      await draws.close();
      await views.close();
      backbone.dispose();
    },
  };
}
