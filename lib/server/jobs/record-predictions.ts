import { and, asc, count, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "@/drizzle/client";
import { predictions } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { type DatasetCase, parseListing } from "@/lib/dataset/listing";
import { PneumoscopeError } from "@/lib/errors";
import { type CasePrediction, casePredictionSchema, comparisonConditions } from "@/lib/training/job";

const rowsPerInsert = 1000;

interface Source {
  db: Database;
  store: ArtifactStore;
}

/**
 * Stores what a model said about every held-out case, one row per model and case.
 * @throws TRAINER_JOB_FAILED where the trainer's predictions are not exactly those of the held-out cases
 */
export async function recordPredictions(
  { db, store }: Source,
  entry: { runId: string; weightsDigest: Digest; datasetDigest: Digest; predictionsDigest: Digest },
): Promise<{ cases: number }> {
  const { runId, weightsDigest, datasetDigest } = entry;
  const cases = await heldOutCases(store, datasetDigest);
  const predicted = await readPredictions(store, entry.predictionsDigest);
  requireSameCases(cases, predicted);
  const rows = predicted.map((prediction) => ({ ...prediction, runId, weightsDigest, datasetDigest }));
  await db.transaction(async (tx) => {
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      await tx
        .insert(predictions)
        .values(rows.slice(start, start + rowsPerInsert))
        .onConflictDoUpdate({
          target: [predictions.weightsDigest, predictions.datasetDigest, predictions.caseId],
          set: {
            logit: sql`excluded.logit`,
            perturbedLogits: sql`excluded.perturbed_logits`,
            runId,
            createdAt: sql`now()`,
          },
        });
    }
  });
  return { cases: rows.length };
}

/** Whether the record holds this model's predictions for every held-out case, under every condition compared today. */
export async function hasPredictions(
  db: Database,
  store: ArtifactStore,
  weightsDigest: Digest,
  datasetDigest: Digest,
): Promise<boolean> {
  const [row] = await db
    .select({ rows: count() })
    .from(predictions)
    .where(
      and(
        eq(predictions.weightsDigest, weightsDigest),
        eq(predictions.datasetDigest, datasetDigest),
        eq(sql`cardinality(${predictions.perturbedLogits})`, comparisonConditions.length),
      ),
    );
  return row?.rows === (await heldOutCases(store, datasetDigest)).length;
}

/** A model's predictions for the held-out cases of a dataset version, sorted by case. */
export async function loadPredictions(
  db: Database,
  weightsDigest: Digest,
  datasetDigest: Digest,
): Promise<CasePrediction[]> {
  const rows = await db
    .select({
      caseId: predictions.caseId,
      patientId: predictions.patientId,
      split: predictions.split,
      label: predictions.label,
      logit: predictions.logit,
      perturbedLogits: predictions.perturbedLogits,
    })
    .from(predictions)
    .where(and(eq(predictions.weightsDigest, weightsDigest), eq(predictions.datasetDigest, datasetDigest)))
    .orderBy(asc(predictions.caseId));
  return rows.map(({ perturbedLogits, ...row }) => (perturbedLogits ? { ...row, perturbedLogits } : row));
}

async function heldOutCases(store: ArtifactStore, datasetDigest: Digest): Promise<DatasetCase[]> {
  const { cases } = parseListing(await store.get(datasetDigest));
  return cases.filter((item) => item.split === "test");
}

async function readPredictions(store: ArtifactStore, digest: Digest): Promise<CasePrediction[]> {
  const json: unknown = JSON.parse(new TextDecoder().decode(await store.get(digest)));
  return z.array(casePredictionSchema).parse(json);
}

/** @throws TRAINER_JOB_FAILED where the predictions are not exactly those of the cases */
export function requireSameCases(cases: DatasetCase[], predicted: CasePrediction[]): void {
  const key = ({ caseId, patientId, label }: DatasetCase | CasePrediction) =>
    `${caseId}\n${patientId}\n${label}`;
  const expected = new Set(cases.map(key));
  const known = new Set(predicted.map(key));
  const strange = predicted.find((prediction) => !expected.has(key(prediction)));
  if (!strange && known.size === expected.size && predicted.length === cases.length) return;
  throw new PneumoscopeError(
    "TRAINER_JOB_FAILED",
    `The trainer predicted ${predicted.length} cases, but the dataset version holds out ${cases.length}` +
      `${strange ? `, and ${strange.caseId} is not one of them as it was given` : ""}. Nothing is decided on that.`,
  );
}
