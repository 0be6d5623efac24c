import type { Database } from "@/drizzle/client";
import type { TrainingRun } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { PneumoscopeError } from "@/lib/errors";
import type { ModelManifest } from "@/lib/manifest";
import { countSplits } from "@/lib/server/dataset-versions/record";
import { requireChampion } from "@/lib/server/model-versions/current";
import type { UnpublishedManifest } from "@/lib/server/model-versions/publish";
import { describeCalibration } from "@/lib/training/describe-calibration";
import type { TrainResult } from "@/lib/training/job";
import { decidedMetrics } from "./decide-on-challenger";
import { loadPredictions } from "./record-predictions";

/** What the manifest of a run's model says, before it has a serial. */
export async function describeChallenger(
  { db, store }: { db: Database; store: ArtifactStore },
  { run, datasetDigest, championSerial, trained }: ChallengerOfRun,
): Promise<UnpublishedManifest> {
  const champion = await requireChampion(db);
  if (champion.serial !== championSerial) {
    throw new PneumoscopeError(
      "CHAMPION_CHANGED",
      `The champion changed from serial ${championSerial} to ${champion.serial} during the run. Run the loop again.`,
    );
  }
  const listing = parseListing(await store.get(datasetDigest));
  const heldOut = countSplits(listing).test;
  const patients = new Set(listing.cases.map((item) => item.patientId)).size;
  const previous = champion.signedManifest.manifest;
  return {
    schema: "pneumoscope.model-version/2",
    architecture: "resnet18",
    classes: ["NORMAL", "PNEUMONIA"],
    preprocessing: { ...previous.preprocessing, size: run.config.imageSize },
    views: run.config.views,
    ...describeCalibration(trained, await loadPredictions(db, trained.weightsDigest, datasetDigest), {
      targetSensitivity: run.config.targetSensitivity,
      chosenOn: `the validation patients of dataset version ${datasetDigest}`,
    }),
    population: previous.population,
    weights: {
      digest: trained.weightsDigest,
      sizeBytes: trained.weightsSizeBytes,
      format: "safetensors-fp16",
      url: `/api/models/weights/${trained.weightsDigest}`,
    },
    dataset: {
      digest: datasetDigest,
      images: listing.cases.length,
      patients,
      heldOutImages: heldOut.images,
      heldOutPatients: heldOut.patients,
    },
    trainingRun: {
      id: run.id,
      preset: run.config.preset,
      engine: trained.engine,
      seed: run.config.seed,
      durationMs: trained.durationMs,
    },
    metrics: await decidedMetrics(db, run.id),
    trainingData: describeTrainingData(previous, trained, datasetDigest),
  };
}

export interface ChallengerOfRun {
  run: TrainingRun;
  datasetDigest: Digest;
  championSerial: number;
  trained: TrainResult;
}

/** Says what was added here; where the champion's weights came from is in its own manifest. */
function describeTrainingData(
  previous: ModelManifest,
  trained: TrainResult,
  datasetDigest: Digest,
): ModelManifest["trainingData"] {
  return {
    ...previous.trainingData,
    statement:
      `Trained on ${trained.trainingImages} images of ${trained.trainingPatients} patients of dataset version ` +
      `${datasetDigest}, starting from the weights of version ${previous.version}; its manifest describes the data ` +
      "before. Licence, attribution, source and limits are carried over from there.",
  };
}
