import { and, desc, eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type ModelVersion, predictions } from "@/drizzle/schema";
import { probabilityBins } from "@/lib/in-use/statistics";

/**
 * How the probabilities of held-out images are distributed, from what the record holds of a version's predictions on
 * the dataset version that it read last.
 * @returns [20] counts, or null where nothing is stored
 */
export async function referenceHistogram(
  db: DatabaseOrTransaction,
  { weightsDigest, signedManifest }: Pick<ModelVersion, "weightsDigest" | "signedManifest">,
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
