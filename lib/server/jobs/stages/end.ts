import type { TrainingRun } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { describeCause, PneumoscopeError } from "@/lib/errors";
import { endAskedFor, endRun, type RunEnd, requireRun } from "@/lib/server/training-runs/runs";
import { type RunContext, stage } from "./run-context";

export interface RetrainOutcome {
  runId: string;
  outcome: "promoted" | "review" | "kept" | "skipped";
  reason: string;
  datasetDigest: Digest | null;
  /** The version that was published; null where none was. */
  version: string | null;
}

/** Ends the run well. */
export async function finish(context: RunContext, outcome: RetrainOutcome): Promise<RetrainOutcome> {
  const { db, run, log } = context;
  if (outcome.outcome !== "skipped") await stage(context, "notify");
  const state = outcome.outcome === "skipped" ? "skipped" : "succeeded";
  await endRun(db, run.id, { state, reason: outcome.reason });
  log(`training_run.${state} ${run.id}: ${outcome.reason}`);
  return outcome;
}

/** The outcome of a run that found nothing to train on. */
export function skipped(
  run: TrainingRun,
  datasetDigest: Digest | null,
  reason: string | null,
): RetrainOutcome {
  return {
    runId: run.id,
    outcome: "skipped",
    reason: reason ?? "There is nothing to train on.",
    datasetDigest,
    version: null,
  };
}

/** Ends the run as failed, or as cancelled where somebody asked for that. */
export async function fail(context: RunContext, error: unknown): Promise<null> {
  const { db, run, log } = context;
  const end = endAskedFor(await requireRun(db, run.id)) ?? failureOf(error);
  await endRun(db, run.id, end);
  log(`training_run.${end.state} ${run.id}: ${end.reason}`);
  return null;
}

/** Inngest carries an error between calls by its message alone, which is then «CODE: reason». */
function failureOf(error: unknown): RunEnd {
  const state = "failed";
  if (error instanceof PneumoscopeError) return { state, errorCode: error.code, reason: error.message };
  const message = describeCause(error);
  const [, errorCode, reason] = /^([A-Z][A-Z_]+): (.*)$/s.exec(message) ?? [];
  return errorCode && reason
    ? { state, errorCode, reason }
    : { state, errorCode: "UNKNOWN", reason: message };
}
