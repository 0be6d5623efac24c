import { and, desc, eq, isNotNull, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type ModelVersion, predictions, trainingRuns } from "@/drizzle/schema";
import { probabilityBins } from "@/lib/in-use/statistics";

type Version = Pick<ModelVersion, "weightsDigest" | "signedManifest">;

/** What a version's probabilities in use are compared with. */
export interface DriftReference {
  images: "validation" | "held-out";
  /** [20] */
  counts: number[];
}

/**
 * How a version's probabilities are distributed on the validation images of the run that made its weights; where that
 * run did not record it, on the held-out images of the dataset version that it read last.
 * @returns null where nothing is stored
 */
export async function driftReference(
  db: DatabaseOrTransaction,
  version: Version,
): Promise<DriftReference | null> {
  const validation = await validationCounts(db, version);
  if (validation) return { images: "validation", counts: validation };
  const heldOut = await heldOutCounts(db, version);
  return heldOut && { images: "held-out", counts: heldOut };
}

/** A roll-back has a manifest of its own and the weights, hence the calibration, of the run. */
async function validationCounts(
  db: DatabaseOrTransaction,
  { weightsDigest }: Version,
): Promise<number[] | null> {
  const [run] = await db
    .select({ counts: trainingRuns.validationProbabilities })
    .from(trainingRuns)
    .where(
      and(eq(trainingRuns.weightsDigest, weightsDigest), isNotNull(trainingRuns.validationProbabilities)),
    )
    .orderBy(desc(trainingRuns.createdAt))
    .limit(1);
  return run?.counts ?? null;
}

async function heldOutCounts(
  db: DatabaseOrTransaction,
  { weightsDigest, signedManifest }: Version,
): Promise<number[] | null> {
  const [latest] = await db
    .select({ datasetDigest: predictions.datasetDigest })
    .from(predictions)
    .where(eq(predictions.weightsDigest, weightsDigest))
    .orderBy(desc(predictions.createdAt))
    .limit(1);
  if (!latest) return null;
  const { temperature } = signedManifest.manifest.calibration;
  const bin = sql<number>`least(${probabilityBins - 1}, floor(${probabilityBins} / (1 + exp(-greatest(-500, least(500, ${predictions.logit} / ${temperature})))))::int)`;
  const rows = await db
    .select({ bin, images: sql<number>`count(*)::int` })
    .from(predictions)
    .where(
      and(eq(predictions.weightsDigest, weightsDigest), eq(predictions.datasetDigest, latest.datasetDigest)),
    )
    .groupBy(sql`1`);
  const counts = new Array<number>(probabilityBins).fill(0);
  for (const row of rows) counts[row.bin] = row.images;
  return counts;
}
