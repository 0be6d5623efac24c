import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type EvaluationRow, evaluations } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { documentBytes, type EvaluationDocument, evaluationDocumentSchema } from "@/lib/evaluation/document";
import { evaluateReadings } from "@/lib/evaluation/evaluate-readings";
import { type CasePrediction, casePredictionSchema, comparisonConditions } from "@/lib/training/job";
import { requireSameCases } from "../jobs/record-predictions";

interface Source {
  db: DatabaseOrTransaction;
  store: ArtifactStore;
}

export interface NewEvaluation {
  set: { name: string; digest: Digest; unreadable: number };
  model: EvaluationDocument["model"];
  engine: string;
  predictionsDigest: Digest;
  runId: string | null;
}

export async function findEvaluation(
  db: DatabaseOrTransaction,
  weightsDigest: Digest,
  setDigest: Digest,
): Promise<EvaluationRow | null> {
  const [row] = await db
    .select()
    .from(evaluations)
    .where(and(eq(evaluations.weightsDigest, weightsDigest), eq(evaluations.setDigest, setDigest)));
  return row ?? null;
}

/**
 * Keeps what a model says of an evaluation set, with the document of its figures.
 * @throws TRAINER_JOB_FAILED where the predictions are not exactly those of the set's cases
 */
export async function recordEvaluation(
  { db, store }: Source,
  evaluation: NewEvaluation,
): Promise<EvaluationRow> {
  const { set, model, engine, predictionsDigest, runId } = evaluation;
  const readings = await readPredictions(store, predictionsDigest);
  requireSameCases(parseListing(await store.get(set.digest)).cases, readings);
  const document = evaluateReadings({ model, set, engine, readings });
  const { digest: documentDigest } = await store.put(documentBytes(document));
  const row = {
    weightsDigest: model.weightsDigest,
    setDigest: set.digest,
    predictionsDigest,
    documentDigest,
    runId,
  };
  const [kept] = await db
    .insert(evaluations)
    .values(row)
    .onConflictDoUpdate({ target: [evaluations.weightsDigest, evaluations.setDigest], set: row })
    .returning();
  if (!kept) throw new Error(`The evaluation of ${set.name} vanished.`);
  return kept;
}

/**
 * The same for the held-out patients of a dataset version, whose readings are on record already; one document a model.
 * The conditions are those of the comparison.
 */
export async function recordHeldOutEvaluation(
  { db, store }: Source,
  evaluation: Omit<NewEvaluation, "set" | "predictionsDigest"> & {
    datasetDigest: Digest;
    predictions: readonly CasePrediction[];
  },
): Promise<void> {
  const { datasetDigest, model, engine, predictions, runId } = evaluation;
  if (predictions.length === 0 || (await findEvaluation(db, model.weightsDigest, datasetDigest))) return;
  const wasPerturbed = predictions.every(
    (item) => item.perturbedLogits?.length === comparisonConditions.length,
  );
  const document = evaluateReadings({
    model,
    set: { name: "held-out patients", digest: datasetDigest, unreadable: 0 },
    engine,
    readings: predictions,
    conditions: wasPerturbed ? comparisonConditions : [],
  });
  const stored = await store.put(new TextEncoder().encode(JSON.stringify(predictions)));
  const { digest: documentDigest } = await store.put(documentBytes(document));
  await db
    .insert(evaluations)
    .values({
      weightsDigest: model.weightsDigest,
      setDigest: datasetDigest,
      predictionsDigest: stored.digest,
      documentDigest,
      runId,
    })
    .onConflictDoNothing();
}

/** What a model said of a set; null where it was never read. */
export async function loadEvaluation(
  { db, store }: Source,
  weightsDigest: Digest,
  setDigest: Digest,
): Promise<CasePrediction[] | null> {
  const row = await findEvaluation(db, weightsDigest, setDigest);
  return row && readPredictions(store, row.predictionsDigest);
}

/** The stored document of an evaluation. */
export async function loadDocument(
  store: ArtifactStore,
  { documentDigest }: EvaluationRow,
): Promise<EvaluationDocument> {
  const json: unknown = JSON.parse(new TextDecoder().decode(await store.get(documentDigest)));
  return evaluationDocumentSchema.parse(json);
}

async function readPredictions(store: ArtifactStore, digest: Digest): Promise<CasePrediction[]> {
  const json: unknown = JSON.parse(new TextDecoder().decode(await store.get(digest)));
  return z.array(casePredictionSchema).parse(json);
}
