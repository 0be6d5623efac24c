import { asc, inArray } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetVersions, epochMetrics, type TrainingRun } from "@/drizzle/schema";

/** What is drawn of an epoch. */
export interface EpochPoint {
  epoch: number;
  trainLoss: number;
  validationLoss: number;
  auc: number | null;
  learningRate: number;
  /** Training images over the epoch's whole time, its validation included; null where the data are not on record. */
  imagesPerSecond: number | null;
}

/** Epochs by run, each in their order. */
export async function epochsOf(
  db: Database,
  runs: readonly TrainingRun[],
): Promise<Map<string, EpochPoint[]>> {
  const found = new Map<string, EpochPoint[]>(runs.map(({ id }) => [id, []]));
  if (runs.length === 0) return found;
  const images = await trainingImages(db, runs);
  const rows = await db
    .select()
    .from(epochMetrics)
    .where(inArray(epochMetrics.runId, [...found.keys()]))
    .orderBy(asc(epochMetrics.runId), asc(epochMetrics.epoch));
  for (const row of rows) {
    const count = images.get(row.runId) ?? null;
    found.get(row.runId)?.push({
      epoch: row.epoch,
      trainLoss: row.train_loss,
      validationLoss: row.val_loss,
      auc: row.auc,
      learningRate: row.learningRate,
      imagesPerSecond: count === null || row.durationMs <= 0 ? null : (count * 1000) / row.durationMs,
    });
  }
  return found;
}

async function trainingImages(db: Database, runs: readonly TrainingRun[]): Promise<Map<string, number>> {
  const digests = [...new Set(runs.flatMap(({ datasetDigest }) => datasetDigest ?? []))];
  if (digests.length === 0) return new Map();
  const versions = await db
    .select({ digest: datasetVersions.digest, splits: datasetVersions.splits })
    .from(datasetVersions)
    .where(inArray(datasetVersions.digest, digests));
  const known = new Map(versions.map(({ digest, splits }) => [digest, splits.train.images]));
  return new Map(
    runs.flatMap(({ id, datasetDigest, config }) => {
      const images = datasetDigest === null ? undefined : known.get(datasetDigest);
      return images === undefined ? [] : [[id, images * (config.dataFraction ?? 1)] as const];
    }),
  );
}
