import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetVersions, epochMetrics, predictions, runSteps, trainingRuns } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { canonicalListingBytes, type DatasetListing } from "@/lib/dataset/listing";
import { digestOf } from "@/lib/manifest";
import { createRandom } from "@/lib/random";
import { countSplits } from "@/lib/server/dataset-versions/record";
import { configDigest } from "@/lib/training/config-digest";
import { trainingConfig } from "@/lib/training/training-config";

interface Source {
  db: Database;
  store: ArtifactStore;
}

/** A dataset version with so many held-out images, two of each patient, half with pneumonia; no image is stored. */
export async function addHeldOutImages(
  { db, store }: Source,
  images: number,
  salt = "held out",
): Promise<Digest> {
  const side = (split: "train" | "test", count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, at) => {
        const caseId = `${split}/${String(at).padStart(4, "0")}.png`;
        return {
          caseId,
          patientId: `${split} patient ${Math.floor(at / 2)}`,
          label: (Math.floor(at / 2) % 2) as 0 | 1,
          split,
          digest: await digestOf(new TextEncoder().encode(`${salt} ${caseId}`)),
          sizeBytes: 1,
          path: caseId,
        };
      }),
    );
  const listing: DatasetListing = {
    schema: "pneumoscope.dataset/1",
    salt,
    shares: { train: 0.8, validation: 0, test: 0.2 },
    cases: [...(await side("test", images)), ...(await side("train", 4 * images))],
  };
  const { digest } = await store.put(canonicalListingBytes(listing));
  const splits = countSplits(listing);
  await db
    .insert(datasetVersions)
    .values({ digest, images: 5 * images, patients: 2.5 * images, splits, badFiles: [], source: "test" });
  return digest;
}

export interface ScoredRun {
  id: string;
  dataset: Digest;
  images: number;
  /** How far apart the logits of the two classes lie, in standard deviations of their noise. */
  skill: number;
  seed: number;
  changes?: string[];
  epochs?: number;
  /** Absent: trained and scored. */
  state?: "running" | "succeeded";
}

/** A run that has trained and, unless it still runs, was scored on the held-out images of a dataset version. */
export async function addScoredRun({ db }: Pick<Source, "db">, run: ScoredRun): Promise<void> {
  const { id, dataset, images, skill, seed, changes = [], epochs = 8, state = "succeeded" } = run;
  const config = { ...trainingConfig("demo", changes), seed };
  const weightsDigest = await digestOf(new TextEncoder().encode(id));
  const isScored = state === "succeeded";
  await db.insert(trainingRuns).values({
    id,
    key: id,
    trigger: "command",
    state,
    source: "test",
    config,
    configDigest: configDigest(config),
    engine: "wasm",
    datasetDigest: dataset,
    weightsDigest: isScored ? weightsDigest : null,
    startedAt: new Date(Date.now() - 3_600_000),
    finishedAt: isScored ? new Date() : null,
  });
  const random = createRandom(seed);
  await db.insert(epochMetrics).values(
    Array.from({ length: epochs }, (_, at) => ({
      runId: id,
      epoch: at + 1,
      train_loss: 0.65 * Math.exp(-at / 4) + 0.05 * random.next(),
      train_accuracy: 0.9,
      val_loss: 0.6 * Math.exp(-at / 5) + 0.1 + 0.05 * random.next() + 0.004 * at,
      val_accuracy: 0.9,
      auc: 1 - 0.2 * Math.exp(-at / (1 + skill)),
      learningRate: config.learningRate * (1 - at / (epochs + 1)),
      durationMs: 30_000 + 4_000 * random.next(),
    })),
  );
  if (!isScored) return;
  await db.insert(runSteps).values({
    runId: id,
    name: "train",
    output: { value: { temperature: 1, threshold: 0.5 } },
    finishedAt: new Date(),
  });
  await db.insert(predictions).values(
    Array.from({ length: images }, (_, at) => {
      const label = (Math.floor(at / 2) % 2) as 0 | 1;
      return {
        weightsDigest,
        datasetDigest: dataset,
        caseId: `test/${String(at).padStart(4, "0")}.png`,
        patientId: `test patient ${Math.floor(at / 2)}`,
        split: "test" as const,
        label,
        logit: (label === 1 ? skill : -skill) + random.normal(),
        runId: id,
      };
    }),
  );
}

/** Takes a dataset version of addHeldOutImages away again, with all that was added to it. */
export async function removeHeldOutImages({ db }: Pick<Source, "db">, dataset: Digest): Promise<void> {
  await db.delete(predictions).where(eq(predictions.datasetDigest, dataset));
  await db.delete(trainingRuns).where(eq(trainingRuns.datasetDigest, dataset));
  await db.delete(datasetVersions).where(eq(datasetVersions.digest, dataset));
}
