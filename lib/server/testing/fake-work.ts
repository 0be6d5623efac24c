import type { ArtifactInfo, ArtifactStore } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { countProbabilities } from "@/lib/in-use/statistics";
import { exampleRefusal } from "@/lib/manifest/manifest.fixture";
import { createRandom } from "@/lib/random";
import type {
  CasePrediction,
  EpochMetrics,
  EvaluateJob,
  EvaluateResult,
  TrainJob,
  TrainResult,
} from "@/lib/training/job";

/** Weights of a known skill, as the fake trainer writes and reads them. */
export function fakeWeights(skill: number, salt = ""): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ skill, salt }));
}

/** Reads every image that the job would train on from the store. */
export async function readTrainingImages(
  store: ArtifactStore,
  job: TrainJob,
): Promise<{ images: number; patients: number }> {
  await store.get(job.initialWeightsDigest);
  const { cases } = parseListing(await store.get(job.datasetDigest));
  const training = cases.filter((item) => item.split === "train");
  for (const item of training) await store.get(item.digest);
  return { images: training.length, patients: new Set(training.map((item) => item.patientId)).size };
}

export function fakeTrainResult(
  engine: string,
  weights: ArtifactInfo,
  epochs: EpochMetrics[],
  training: { images: number; patients: number },
): TrainResult {
  return {
    kind: "train",
    engine,
    weightsDigest: weights.digest,
    weightsSizeBytes: weights.sizeBytes,
    bestEpoch: epochs.length,
    epochs,
    temperature: 1,
    threshold: 0.5,
    validationProbabilities: countProbabilities([0.1, 0.2, 0.8, 0.9]),
    uncertainBand: { low: 0.4, high: 0.6 },
    refusal: exampleRefusal(),
    knownAnswers: [{ seed: 1, size: 224, logit: 0.5 }],
    trainingImages: training.images,
    trainingPatients: training.patients,
    durationMs: 1000,
    imagesPerSecond: 10,
  };
}

/** What weights of that skill say about the job's cases, stored as the trainer stores it. */
export async function fakePredictions(
  engine: string,
  store: ArtifactStore,
  { datasetDigest, weightsDigest, splits, conditions, parity }: EvaluateJob,
  parityDifference = 0.001,
): Promise<EvaluateResult> {
  const listing = parseListing(await store.get(datasetDigest));
  const cases = listing.cases.filter((item) => splits.includes(item.split));
  const { skill } = JSON.parse(new TextDecoder().decode(await store.get(weightsDigest))) as { skill: number };
  const random = createRandom(7);
  const reading = (label: 0 | 1) => skill * (label === 1 ? 6 : -6) + (1 - skill) * 6 * (random.next() - 0.5);
  const predictions = cases.map(
    ({ caseId, patientId, split, label }): CasePrediction => ({
      caseId,
      patientId,
      split,
      label,
      logit: reading(label),
      ...(conditions ? { perturbedLogits: conditions.map(() => reading(label)) } : {}),
    }),
  );
  const { digest } = await store.put(new TextEncoder().encode(JSON.stringify(predictions)));
  const agreement = parity && {
    backend: "fake",
    images: Math.min(parity.images, cases.length),
    maxDifference: parityDifference,
    knownAnswers: parity.knownAnswers.length,
    knownAnswersMaxDifference: parityDifference,
  };
  return {
    kind: "evaluate",
    engine,
    predictionsDigest: digest,
    cases: cases.length,
    ...(agreement ? { parity: agreement } : {}),
    durationMs: 5,
  };
}

export function fakeEpoch(epoch: number): EpochMetrics {
  return {
    epoch,
    train_loss: 1 / epoch,
    train_accuracy: 0.9,
    val_loss: 1.1 / epoch,
    val_accuracy: 0.88,
    precision: 0.9,
    recall: 0.95,
    specificity: null,
    f1: 0.92,
    auc: 0.97,
    learningRate: 0.001,
    durationMs: 500,
  };
}
