import { type AnyColumn, and, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { predictions } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import type { CasePrediction } from "@/lib/training/job";

/** What each of the models said of a dataset version's held-out images as they are, by weights, sorted by case. */
export async function heldOutPredictions(
  db: Database,
  weights: readonly Digest[],
  datasetDigest: Digest,
): Promise<Map<Digest, CasePrediction[]>> {
  if (weights.length === 0) return new Map();
  const { weightsDigest, caseId, patientId, label, logit, split } = predictions;
  // A list a column and model: the client is several times slower with thousands of rows.
  const listOf = <Value>(column: AnyColumn) => sql<Value[]>`json_agg(${column} order by ${caseId})`;
  const rows = await db
    .select({
      weightsDigest,
      caseIds: listOf<string>(caseId),
      patientIds: listOf<string>(patientId),
      labels: listOf<0 | 1>(label),
      // JSON has a text for what is no finite number.
      logits: listOf<number | string>(logit),
    })
    .from(predictions)
    .where(
      and(
        inArray(weightsDigest, [...weights]),
        eq(predictions.datasetDigest, datasetDigest),
        eq(split, "test"),
      ),
    )
    .groupBy(weightsDigest);
  return new Map(
    rows.map(({ weightsDigest: digest, caseIds, patientIds, labels, logits }) => [
      digest,
      caseIds.map((id, at) => ({
        caseId: id,
        patientId: patientIds[at] as string,
        split: "test" as const,
        label: labels[at] as 0 | 1,
        logit: Number(logits[at]),
      })),
    ]),
  );
}
