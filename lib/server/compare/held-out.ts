import { and, asc, count, eq, inArray, max } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { predictions } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import type { CasePrediction } from "@/lib/training/job";

/** A dataset version whose held-out images some of the models were scored on. */
export interface ScoredSet {
  digest: Digest;
  weights: Digest[];
  lastScoredAt: Date | null;
}

/** The one that most of the models were scored on first; of equals, the one scored last. */
export async function scoredSets(db: Database, weights: readonly Digest[]): Promise<ScoredSet[]> {
  if (weights.length === 0) return [];
  const rows = await db
    .select({
      weights: predictions.weightsDigest,
      digest: predictions.datasetDigest,
      images: count(),
      last: max(predictions.createdAt),
    })
    .from(predictions)
    .where(and(inArray(predictions.weightsDigest, [...weights]), eq(predictions.split, "test")))
    .groupBy(predictions.weightsDigest, predictions.datasetDigest);
  const sets = new Map<Digest, ScoredSet>();
  for (const { digest, weights: of, last } of rows) {
    const set = sets.get(digest) ?? { digest, weights: [], lastScoredAt: null };
    set.weights.push(of);
    if (last && (set.lastScoredAt === null || last > set.lastScoredAt)) set.lastScoredAt = last;
    sets.set(digest, set);
  }
  return [...sets.values()].sort(
    (a, b) =>
      b.weights.length - a.weights.length ||
      (b.lastScoredAt?.getTime() ?? 0) - (a.lastScoredAt?.getTime() ?? 0),
  );
}

/** What each of the models said of a dataset version's held-out images as they are, by weights, sorted by case. */
export async function heldOutPredictions(
  db: Database,
  weights: readonly Digest[],
  datasetDigest: Digest,
): Promise<Map<Digest, CasePrediction[]>> {
  if (weights.length === 0) return new Map();
  const rows = await db
    .select({
      weightsDigest: predictions.weightsDigest,
      caseId: predictions.caseId,
      patientId: predictions.patientId,
      split: predictions.split,
      label: predictions.label,
      logit: predictions.logit,
    })
    .from(predictions)
    .where(
      and(
        inArray(predictions.weightsDigest, [...weights]),
        eq(predictions.datasetDigest, datasetDigest),
        eq(predictions.split, "test"),
      ),
    )
    .orderBy(asc(predictions.weightsDigest), asc(predictions.caseId));
  const found = new Map<Digest, CasePrediction[]>();
  for (const { weightsDigest, ...row } of rows) {
    const known = found.get(weightsDigest);
    if (known) known.push(row);
    else found.set(weightsDigest, [row]);
  }
  return found;
}
