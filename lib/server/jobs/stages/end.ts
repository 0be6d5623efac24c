import type { TrainingRun } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { describeCause, PneumoscopeError } from "@/lib/errors";
import { cancelReason } from "@/lib/server/training-runs/cancel";
import { endRun, requireRun } from "@/lib/server/training-runs/runs";
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
  const { cancelRequestedAt, cancelRequestedBy, cancelReason: why } = await requireRun(db, run.id);
  if (cancelRequestedAt) {
    const actor = cancelRequestedBy ?? run.trigger;
    await endRun(db, run.id, { state: "cancelled", reason: cancelReason(actor, why), actor });
    log(`training_run.cancelled ${run.id}: ${cancelReason(actor, why)}`);
    return null;
  }
  const { code, reason } = describeFailure(error);
  await endRun(db, run.id, { state: "failed", reason, errorCode: code });
  log(`training_run.failed ${run.id}: ${reason}`);
  return null;
}

/** Inngest carries an error between calls by its message alone, which is then «CODE: reason». */
function describeFailure(error: unknown): { code: string; reason: string } {
  if (error instanceof PneumoscopeError) return { code: error.code, reason: error.message };
  const message = describeCause(error);
  const [, code, reason] = /^([A-Z][A-Z_]+): (.*)$/s.exec(message) ?? [];
  return code && reason ? { code, reason } : { code: "UNKNOWN", reason: message };
}
