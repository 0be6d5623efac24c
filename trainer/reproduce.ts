import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { auc } from "@/lib/metrics/auc";
import { parseSafetensors } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import type { CasePrediction, EpochMetrics, TrainResult } from "@/lib/training/job";
import { codeDifferences, type Provenance } from "@/lib/training/provenance";
import { listCases, loadCases } from "./data/load-cases";
import type { JobContext } from "./job-context";
import { predictLogits } from "./predict-outputs";
import { readProvenance } from "./provenance";
import { runTrainJob } from "./train";

/** What the record holds of a run that trained. */
export interface RecordedTraining {
  runId: string;
  engine: string;
  config: TrainingConfig;
  datasetDigest: Digest;
  initialWeightsDigest: Digest;
  weightsDigest: Digest;
  provenance: Provenance | null;
  epochs: EpochMetrics[];
  /** Of held-out cases; none where the run ended before it predicted them. */
  predictions: CasePrediction[];
}

export interface PredictionDifference {
  images: number;
  /** Mean of |σ(logit) − σ(recorded logit)|. */
  meanProbability: number;
  largestProbability: number;
  /** Share of images that stay on the same side of logit 0. */
  sameSide: number;
  auc: number | null;
  recordedAuc: number | null;
}

export interface Reproduction {
  runId: string;
  verdict: "same" | "differs";
  /** What the verdict is about: the weights' digest on the run's own engine, predictions on another. */
  compared: "weights" | "predictions";
  engine: string;
  recordedEngine: string;
  weightsDigest: Digest;
  recordedWeightsDigest: Digest;
  /** Largest mean difference of probabilities that counts as the same; null where weights are compared. */
  bound: number | null;
  /** Absent where the weights are the same. */
  predictions?: PredictionDifference;
  /** What is not the same, the earliest first. */
  differences: string[];
  /** What was different before anything was trained. */
  warnings: string[];
}

/** Another engine adds in another order; two trainings drift apart from the last bit on. */
export const defaultBound = 0.02;

/**
 * Trains a recorded run again, from the same images, weights, configuration and seed, and compares what comes out:
 * on the engine that the run had, weights must be the same to the last bit; on another, predictions of held-out images must agree.
 * @param bound largest mean |Δ probability| over held-out images on another engine
 * @throws ARTIFACT_NOT_FOUND where images or weights of the run are gone, and as runTrainJob
 */
export async function reproduceRun(
  recorded: RecordedTraining,
  context: JobContext,
  bound = defaultBound,
): Promise<Reproduction> {
  const { runId, config, datasetDigest, initialWeightsDigest } = recorded;
  const trained = await runTrainJob(
    { kind: "train", jobId: `reproduce-${runId}`.slice(0, 80), datasetDigest, initialWeightsDigest, config },
    context,
  );
  return compareTrainings(recorded, trained, context, bound);
}

/** The comparison alone, of a training that was made in this process. */
export async function compareTrainings(
  recorded: RecordedTraining,
  trained: TrainResult,
  context: JobContext,
  bound: number,
): Promise<Reproduction> {
  const warnings = codeDifferences(recorded.provenance, await readProvenance(context.engine));
  const isSameEngine = trained.engine === recorded.engine;
  const isSameWeights = trained.weightsDigest === recorded.weightsDigest;
  const predictions = isSameWeights
    ? undefined
    : await comparePredictions(recorded, trained.weightsDigest, context);
  const isWithinBound = isSameWeights || (predictions !== undefined && predictions.meanProbability <= bound);
  const isSame = isSameEngine ? isSameWeights : isWithinBound;
  const differences = isSameWeights
    ? []
    : [
        ...epochDifference(recorded.epochs, trained.epochs),
        ...(await weightsDifference(context.store, recorded.weightsDigest, trained.weightsDigest)),
        ...predictionsDifference(predictions, isSameEngine ? null : bound),
      ];
  return {
    runId: recorded.runId,
    verdict: isSame ? "same" : "differs",
    compared: isSameEngine ? "weights" : "predictions",
    engine: trained.engine,
    recordedEngine: recorded.engine,
    weightsDigest: trained.weightsDigest,
    recordedWeightsDigest: recorded.weightsDigest,
    bound: isSameEngine ? null : bound,
    ...(predictions ? { predictions } : {}),
    differences,
    warnings,
  };
}

async function comparePredictions(
  { datasetDigest, config, predictions }: RecordedTraining,
  weightsDigest: Digest,
  { store, engine, signal, report }: JobContext,
): Promise<PredictionDifference | undefined> {
  const recorded = new Map(predictions.map((item) => [item.caseId, item]));
  const cases = (await listCases(store, datasetDigest, ["test"])).filter((item) => recorded.has(item.caseId));
  if (cases.length === 0) return undefined;
  const size = config.imageSize;
  const onProgress = (phase: string) => (done: number, total: number) => report({ phase, done, total });
  const images = await loadCases(store, cases, { size, signal, onProgress: onProgress("load held-out") });
  const { weights } = parseSafetensors(await store.get(weightsDigest));
  const logits = await predictLogits(engine, weights, images, {
    size,
    views: config.views,
    signal,
    onProgress: onProgress("compare"),
  });
  return predictionDifference(
    images.labels,
    logits,
    cases.map((item) => recorded.get(item.caseId)?.logit as number),
  );
}

/** @param logits [n] of the training made here; `recorded` [n] of the run, in the same order of images */
export function predictionDifference(
  labels: Uint8Array,
  logits: ArrayLike<number>,
  recorded: ArrayLike<number>,
): PredictionDifference {
  const images = labels.length;
  const differences = Array.from({ length: images }, (_, i) =>
    Math.abs(sigmoid(logits[i] as number) - sigmoid(recorded[i] as number)),
  );
  const agreeing = Array.from({ length: images }, (_, i) =>
    Number((logits[i] as number) >= 0 === (recorded[i] as number) >= 0),
  );
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / images;
  return {
    images,
    meanProbability: mean(differences),
    largestProbability: Math.max(...differences),
    sameSide: mean(agreeing),
    auc: auc(labels, logits),
    recordedAuc: auc(labels, recorded),
  };
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

/** The first epoch that went another way. */
function epochDifference(recorded: EpochMetrics[], trained: EpochMetrics[]): string[] {
  for (const epoch of trained) {
    const before = recorded.find((item) => item.epoch === epoch.epoch);
    if (!before) return [`Epoch ${epoch.epoch} is not in the record.`];
    for (const figure of ["train_loss", "val_loss", "auc"] as const) {
      if (before[figure] === epoch[figure]) continue;
      return [`From epoch ${epoch.epoch} on: ${figure} was ${before[figure]}, and is ${epoch[figure]}.`];
    }
  }
  if (recorded.length > trained.length)
    return [`The record has ${recorded.length} epochs, this training ${trained.length}.`];
  return ["Every recorded epoch has the same loss and AUC to the last bit."];
}

async function weightsDifference(store: ArtifactStore, recorded: Digest, trained: Digest): Promise<string[]> {
  if (!(await store.stat(recorded))) return [`The recorded weights ${recorded} are no longer stored.`];
  const before = parseSafetensors(await store.get(recorded)).weights;
  const after = parseSafetensors(await store.get(trained)).weights;
  let tensors = 0;
  let largest = 0;
  let where = "";
  for (const [name, { data }] of after) {
    const other = before.get(name)?.data;
    if (other?.length !== data.length) return [`Tensor ${name} has another shape.`];
    const difference = data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (other[i] as number))),
      0,
    );
    if (difference > 0) tensors++;
    if (difference > largest) [largest, where] = [difference, name];
  }
  return [
    `${tensors} of ${after.size} tensors differ, ${where} most: by up to ${largest.toPrecision(3)} a weight.`,
  ];
}

function predictionsDifference(found: PredictionDifference | undefined, bound: number | null): string[] {
  if (!found) return ["The record has no predictions to compare with."];
  const { images, meanProbability, largestProbability, sameSide, auc: now, recordedAuc: then } = found;
  const allowed = bound === null ? "" : ` (bound ${bound})`;
  return [
    `Probabilities of ${images} held-out images differ by ${meanProbability.toPrecision(3)} on average${allowed}, ` +
      `${largestProbability.toPrecision(3)} at most; ${(100 * sameSide).toFixed(1)} % keep their side; ` +
      `AUC ${now?.toFixed(4) ?? "–"}, recorded ${then?.toFixed(4) ?? "–"}.`,
  ];
}
