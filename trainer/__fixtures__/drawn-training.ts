import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { buildListing } from "@/lib/dataset/build-listing";
import { canonicalListingBytes, type DatasetListing } from "@/lib/dataset/listing";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { writeSafetensors } from "@/lib/safetensors/safetensors";
import { encodePng } from "@/lib/testing/encode-png";
import { randomWeights } from "@/lib/testing/random-weights";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import type { TrainingConfig } from "@/lib/training/config";
import { trainingConfig } from "@/lib/training/training-config";
import { openEngine } from "@/trainer/engines/open";
import type { JobContext } from "@/trainer/job-context";

export interface DrawnTraining {
  folder: string;
  store: ArtifactStore;
  listing: DatasetListing;
  datasetDigest: Digest;
  initialWeightsDigest: Digest;
  context(name: string, more?: Partial<JobContext>): Promise<JobContext>;
  close(): Promise<void>;
}

/** A temporary store with drawn radiographs of so many patients of each class, and random weights to start from. */
export async function drawnTraining(patients: number): Promise<DrawnTraining> {
  const folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-training-"));
  const store = folderArtifactStore(path.join(folder, "artifacts"));
  const files = [];
  for (let seed = 0; seed < 2 * patients; seed++) {
    const pneumonia = seed % 2 === 1;
    const png = encodePng(drawSyntheticRadiograph({ width: 48, height: 40, seed, pneumonia }));
    const { digest, sizeBytes } = await store.put(png);
    files.push({ path: `${pneumonia ? "PNEUMONIA" : "NORMAL"}/patient${seed}.png`, digest, sizeBytes });
  }
  const listing = buildListing(files);
  return {
    folder,
    store,
    listing,
    datasetDigest: (await store.put(canonicalListingBytes(listing))).digest,
    initialWeightsDigest: (await store.put(writeSafetensors(randomWeights(1), "F16"))).digest,
    context: async (name, more = {}) => ({
      store,
      engine: more.engine ?? (await openEngine("onnxruntime")),
      jobDirectory: path.join(folder, "jobs", name),
      signal: new AbortController().signal,
      report: () => undefined,
      ...more,
    }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A configuration that trains in a second: the last layer alone, on images of 32 × 32. */
export function tinyConfig(overrides: string[] = []): TrainingConfig {
  return trainingConfig("daily", [
    "imageSize=32",
    "epochs=1",
    "batchSize=8",
    "microBatchSize=8",
    "trainFrom=fc",
    "learningRate=0.01",
    "weightAveragingDecay=0",
    'views=["identity"]',
    ...overrides,
  ]);
}
