import type { Database } from "@/drizzle/client";
import { decisions } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import type { EvaluationMetrics } from "@/lib/metrics/evaluate-cases";
import { type Contender, decide, type PromotionDecision } from "@/lib/promotion/decide";
import { findModelVersion } from "@/lib/server/model-versions/current";
import type { TrainResult } from "@/lib/training/job";
import { loadPredictions } from "./record-predictions";

export interface Comparison {
  runId: string;
  datasetDigest: Digest;
  championSerial: number;
  trained: TrainResult;
}

export interface RunDecision {
  outcome: PromotionDecision["decision"];
  reasons: string[];
}

/** Compares a run's model with the champion on the recorded predictions, and records what came of it. */
export async function decideOnChallenger(
  { db }: { db: Database },
  { runId, datasetDigest, championSerial, trained }: Comparison,
): Promise<RunDecision> {
  const champion = await findModelVersion(db, championSerial);
  const { calibration, threshold } = champion.signedManifest.manifest;
  const comparison = decide({
    champion: {
      predictions: await loadPredictions(db, champion.weightsDigest, datasetDigest),
      temperature: calibration.temperature,
      threshold: threshold.probability,
    },
    challenger: await challengerOf(db, datasetDigest, trained),
  });
  const reasons = comparison.rules.map((rule) => rule.detail);
  const row = {
    runId,
    outcome: comparison.decision,
    reasons,
    championSerial,
    championWeightsDigest: champion.weightsDigest,
    challengerWeightsDigest: trained.weightsDigest,
    comparison,
  };
  await db.insert(decisions).values(row).onConflictDoUpdate({ target: decisions.runId, set: row });
  return { outcome: comparison.decision, reasons };
}

/** The challenger's figures as they were decided on. */
export async function decidedMetrics(db: Database, runId: string): Promise<EvaluationMetrics> {
  const row = await db.query.decisions.findFirst({ where: (table, { eq }) => eq(table.runId, runId) });
  if (row) return row.comparison.challenger;
  throw new PneumoscopeError("RUN_NOT_FOUND", `Nothing was decided about run ${runId}.`);
}

async function challengerOf(db: Database, datasetDigest: Digest, trained: TrainResult): Promise<Contender> {
  return {
    predictions: await loadPredictions(db, trained.weightsDigest, datasetDigest),
    temperature: trained.temperature,
    threshold: trained.threshold,
  };
}
