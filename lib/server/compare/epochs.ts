import { asc, eq, inArray, sql } from "drizzle-orm";
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

/** A run's epochs in their order. */
export async function epochsOf(db: Database, run: TrainingRun): Promise<EpochPoint[]> {
  const images = (await trainingImages(db, [run])).get(run.id) ?? null;
  const rows = await db
    .select({
      epoch: epochMetrics.epoch,
      trainLoss: epochMetrics.train_loss,
      validationLoss: epochMetrics.val_loss,
      auc: epochMetrics.auc,
      learningRate: epochMetrics.learningRate,
      durationMs: epochMetrics.durationMs,
    })
    .from(epochMetrics)
    .where(eq(epochMetrics.runId, run.id))
    .orderBy(asc(epochMetrics.epoch));
  return rows.map(({ durationMs, ...row }) => ({ ...row, imagesPerSecond: speed(images, durationMs) }));
}

/** What a comparison draws of a training: in each list a place an epoch, in their order. */
export interface TrainingCurve {
  epochs: number[];
  validationLoss: number[];
  auc: (number | null)[];
  /** Of the quickest epoch, as EpochPoint has it. */
  imagesPerSecond: number | null;
}

/** By run; lists instead of rows, for there may be thousands of epochs. Runs without an epoch are left out. */
export async function trainingCurves(
  db: Database,
  runs: readonly TrainingRun[],
): Promise<Map<string, TrainingCurve>> {
  if (runs.length === 0) return new Map();
  const { runId, epoch, val_loss, auc, durationMs } = epochMetrics;
  const [images, rows] = await Promise.all([
    trainingImages(db, runs),
    db
      .select({
        runId,
        epochs: sql<number[]>`array_agg(${epoch} order by ${epoch})`,
        validationLoss: sql<number[]>`array_agg(${val_loss} order by ${epoch})`,
        auc: sql<(number | null)[]>`array_agg(${auc} order by ${epoch})`,
        shortestMs: sql<number | null>`min(${durationMs}) filter (where ${durationMs} > 0)`,
      })
      .from(epochMetrics)
      .where(
        inArray(
          runId,
          runs.map(({ id }) => id),
        ),
      )
      .groupBy(runId),
  ]);
  return new Map(
    rows.map(({ runId: id, shortestMs, ...lists }) => [
      id,
      { ...lists, imagesPerSecond: speed(images.get(id) ?? null, shortestMs ?? 0) },
    ]),
  );
}

function speed(images: number | null, durationMs: number): number | null {
  return images === null || durationMs <= 0 ? null : (images * 1000) / durationMs;
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
