import { countProbabilities } from "@/lib/in-use/statistics";
import { fitTemperature } from "@/lib/metrics/calibration";
import { wilson } from "@/lib/metrics/interval";
import { thresholdForSensitivity } from "@/lib/metrics/threshold";
import { type Band, uncertainBand } from "@/lib/metrics/uncertain-band";
import { acceptedShare, fitReference, limitFor } from "@/lib/prediction/fit-reference";
import { calibratedProbability } from "@/lib/prediction/interpret";
import { distancesFrom, type Refusal } from "@/lib/prediction/refusal";
import { createRandom } from "@/lib/random";
import { resnet18 } from "@/lib/resnet18/architecture";
import { type KnownAnswer, knownAnswerInput } from "@/lib/resnet18/known-answer";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import { augment } from "./data/augment";
import type { LabelledImages } from "./data/labelled-images";
import type { JobContext } from "./job-context";
import { predictLogits, predictOutputs } from "./predict-outputs";

/** What a manifest says about how to read a network's outputs. */
export interface Calibration {
  temperature: number;
  threshold: number;
  /** [20] validation images by calibrated probability. */
  validationProbabilities: number[];
  uncertainBand: Band;
  refusal: Refusal;
  knownAnswers: KnownAnswer[];
}

export interface CalibrationImages {
  train: LabelledImages;
  validation: LabelledImages;
  /** Pixels only: how many held-out radiographs are refused is measured on them, nothing is fitted. */
  heldOut: Pick<LabelledImages, "gray">;
}

/** Enough to fit a Gaussian in 128 dimensions; more would only take longer. */
const mostReferenceImages = 1500;
const knownAnswerSeeds = [1, 2, 3];

/** Temperature, threshold and band on validation patients; the reference on training ones, its limit on validation ones. */
export async function calibrate(
  context: Pick<JobContext, "engine" | "signal" | "report">,
  weights: Weights,
  images: CalibrationImages,
  config: TrainingConfig,
): Promise<Calibration> {
  const outputs = outputsOf(context, weights, config);
  const { logits } = await outputs("calibrate", images.validation.gray);
  const { labels } = images.validation;
  const temperature = fitTemperature(logits, labels);
  const probabilities = Float64Array.from(logits, (logit) => calibratedProbability(logit, temperature));
  const threshold = thresholdForSensitivity(probabilities, labels, config.targetSensitivity);
  return {
    temperature,
    threshold,
    validationProbabilities: countProbabilities(probabilities),
    uncertainBand: uncertainBand(probabilities, labels, threshold),
    refusal: await fitRefusal(outputs, images, config),
    knownAnswers: await computeKnownAnswers(context, weights, config),
  };
}

type Outputs = ReturnType<typeof outputsOf>;

function outputsOf(
  { engine, signal, report }: Pick<JobContext, "engine" | "signal" | "report">,
  weights: Weights,
  { imageSize, views }: TrainingConfig,
) {
  return (phase: string, gray: Uint8Array) =>
    predictOutputs(
      engine,
      weights,
      { gray },
      {
        size: imageSize,
        views,
        signal,
        onProgress: (done, total) => report({ phase, done, total }),
      },
    );
}

/**
 * Augmented images belong to the reference too: it must know radiographs of other machines and framings from images
 * that are none.
 */
async function fitRefusal(
  outputs: Outputs,
  images: CalibrationImages,
  config: TrainingConfig,
): Promise<Refusal> {
  const size = config.imageSize;
  const reference = async (gray: Uint8Array) => (await outputs("reference", gray)).descriptors;
  const trained = sample(images.train.gray, size, mostReferenceImages);
  const fitted = fitReference(
    join(await reference(trained), await reference(augmentAll(trained, config, 1))),
    resnet18.descriptor.channels,
  );
  const validation = await reference(augmentAll(images.validation.gray, config, 2));
  const limit = limitFor(distancesFrom(fitted, validation));
  const heldOut = distancesFrom(fitted, await reference(images.heldOut.gray));
  return {
    descriptor: "layer2-mean",
    reference: fitted,
    limit,
    acceptedShare,
    heldOut: {
      refused: wilson(heldOut.filter((distance) => distance > limit).length, heldOut.length),
      images: heldOut.length,
    },
  };
}

/** Every k-th image. */
function sample(gray: Uint8Array, size: number, most: number): Uint8Array {
  const area = size * size;
  const step = Math.max(1, Math.ceil(gray.length / area / most));
  if (step === 1) return gray;
  const count = Math.ceil(gray.length / area / step);
  const kept = new Uint8Array(count * area);
  for (let i = 0; i < count; i++) kept.set(gray.subarray(i * step * area, (i * step + 1) * area), i * area);
  return kept;
}

function augmentAll(
  gray: Uint8Array,
  { imageSize, augmentation, seed }: TrainingConfig,
  draw: number,
): Uint8Array {
  const area = imageSize * imageSize;
  const random = createRandom(seed + draw);
  const augmented = new Uint8Array(gray.length);
  for (let start = 0; start < gray.length; start += area) {
    const image = augment(gray.subarray(start, start + area), imageSize, augmentation, random);
    augmented.set(image.map(Math.round), start);
  }
  return augmented;
}

function join(a: Float32Array, b: Float32Array): Float32Array {
  const joined = new Float32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

async function computeKnownAnswers(
  { engine }: Pick<JobContext, "engine">,
  weights: Weights,
  { imageSize: size, views }: TrainingConfig,
): Promise<KnownAnswer[]> {
  const gray = new Uint8Array(knownAnswerSeeds.length * size * size);
  for (const [i, seed] of knownAnswerSeeds.entries()) gray.set(knownAnswerInput(seed, size), i * size * size);
  const logits = await predictLogits(engine, weights, { gray }, { size, views });
  return knownAnswerSeeds.map((seed, i) => ({ seed, size, logit: logits[i] as number }));
}
