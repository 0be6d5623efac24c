import { and, count, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { evaluationSets, evaluations, predictions } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { loadEvaluation } from "@/lib/server/evaluation-sets/evaluations";
import type { CasePrediction } from "@/lib/training/job";
import { heldOutPredictions } from "./held-out";
import { keptPredictions } from "./kept-predictions";

/** Images that some of the models were scored on and none was trained on. */
export interface ScoredSet {
  digest: Digest;
  /** Of an evaluation set; null for the held-out images of a dataset version. */
  name: string | null;
  /** By weights, a text that changes whenever their predictions do. */
  scored: Map<Digest, string>;
  lastScoredAt: Date | null;
}

/**
 * The one that most of the models were scored on first; of equals, dataset versions before evaluation sets, then the one
 * scored last.
 */
export async function scoredSets(db: Database, weights: readonly Digest[]): Promise<ScoredSet[]> {
  if (weights.length === 0) return [];
  const rows = (await Promise.all([heldOutScores(db, weights), evaluationScores(db, weights)])).flat();
  const sets = new Map<Digest, ScoredSet>();
  for (const { digest, name, weights: of, stamp, last } of rows) {
    const set = sets.get(digest) ?? { digest, name, scored: new Map(), lastScoredAt: null };
    set.scored.set(of, stamp);
    if (set.lastScoredAt === null || last > set.lastScoredAt) set.lastScoredAt = last;
    sets.set(digest, set);
  }
  return [...sets.values()].sort(
    (a, b) =>
      b.scored.size - a.scored.size ||
      Number(a.name !== null) - Number(b.name !== null) ||
      (b.lastScoredAt?.getTime() ?? 0) - (a.lastScoredAt?.getTime() ?? 0),
  );
}

interface Score {
  digest: Digest;
  name: string | null;
  weights: Digest;
  stamp: string;
  last: Date;
}

async function heldOutScores(db: Database, weights: readonly Digest[]): Promise<Score[]> {
  const rows = await db
    .select({
      weights: predictions.weightsDigest,
      digest: predictions.datasetDigest,
      images: count(),
      // As text, for a date here has no microseconds.
      last: sql<string>`max(${predictions.createdAt})::text`,
    })
    .from(predictions)
    .where(and(inArray(predictions.weightsDigest, [...weights]), eq(predictions.split, "test")))
    .groupBy(predictions.weightsDigest, predictions.datasetDigest);
  return rows.map(({ images, last, ...row }) => ({
    ...row,
    name: null,
    stamp: `${images} ${last}`,
    last: new Date(last),
  }));
}

async function evaluationScores(db: Database, weights: readonly Digest[]): Promise<Score[]> {
  return db
    .select({
      weights: evaluations.weightsDigest,
      digest: evaluations.setDigest,
      name: evaluationSets.name,
      stamp: evaluations.predictionsDigest,
      last: evaluations.createdAt,
    })
    .from(evaluations)
    .innerJoin(evaluationSets, eq(evaluationSets.digest, evaluations.setDigest))
    .where(and(inArray(evaluations.weightsDigest, [...weights]), isNull(evaluationSets.removedAt)));
}

/** What each of the models said of a set's images as they are, by weights. */
export function predictionsOn(
  source: { db: Database; store: ArtifactStore },
  { digest, name, scored }: ScoredSet,
): Promise<Map<Digest, readonly CasePrediction[]>> {
  return keptPredictions(digest, scored, (missing) =>
    name === null
      ? heldOutPredictions(source.db, missing, digest)
      : evaluationPredictions(source, missing, digest),
  );
}

async function evaluationPredictions(
  source: { db: Database; store: ArtifactStore },
  weights: readonly Digest[],
  set: Digest,
): Promise<Map<Digest, CasePrediction[]>> {
  const found = await Promise.all(
    weights.map(async (one) => {
      // A file that is gone or damaged takes the model's figures with it, not the page.
      const readings = await loadEvaluation(source, one, set).catch(() => null);
      return readings ? [[one, readings.map(withoutConditions)] as const] : [];
    }),
  );
  return new Map(found.flat());
}

function withoutConditions({ perturbedLogits: _, ...reading }: CasePrediction): CasePrediction {
  return reading;
}
