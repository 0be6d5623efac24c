import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type TrainingRun, trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { describeCause, PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import type { ServerEnv } from "@/lib/server/env";
import type { TrainingConfig } from "@/lib/training/config";
import { configDigest } from "@/lib/training/config-digest";
import { differencesFromPreset } from "@/lib/training/differences";
import { requireWholeBatches } from "@/lib/training/training-config";
import { createRun, endRun, requireRun } from "./runs";

// Any constant will do; it only has to be the same in every process.
const requestLock = 5_520_741_368;

export interface RequestDependencies {
  db: Database;
  env: Pick<ServerEnv, "retrainData">;
  /** Gives the run to whatever runs the loop. */
  handOver(runId: string): Promise<void>;
}

export interface RunRequestInput {
  /** Made by the page; the same request twice is one run. */
  requestId: string;
  config: TrainingConfig;
  /** What the loop's own folder holds, or a dataset version. */
  source: "inbox" | Digest;
  retryOf?: string | undefined;
  actor: string;
}

/**
 * Starts a run for a person. Where one with the same values and data waits or works already, that one is the answer:
 * a second press, or a second administrator, starts nothing. One that is being cancelled is no answer.
 * @throws CONFIG_INVALID, DATASET_VERSION_NOT_FOUND, RUN_NOT_FOUND, JOB_ENGINE_UNREACHABLE
 */
export async function requestRun(
  { db, env, handOver }: RequestDependencies,
  { requestId, config, source, retryOf, actor }: RunRequestInput,
): Promise<{ id: string; isNew: boolean }> {
  requireWholeBatches(config);
  if (source !== "inbox") await requireDatasetVersion(db, source);
  if (retryOf !== undefined) await requireRun(db, retryOf);
  const data = source === "inbox" ? env.retrainData : source;
  const found = await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${requestLock})`);
    const key = `person:${requestId}`;
    const [known] = await tx
      .select({ id: trainingRuns.id })
      .from(trainingRuns)
      .where(
        sql`${trainingRuns.key} = ${key} or ${and(
          inArray(trainingRuns.state, ["queued", "running"]),
          isNull(trainingRuns.cancelRequestedAt),
          eq(trainingRuns.configDigest, configDigest(config)),
          eq(trainingRuns.source, data),
        )}`,
      )
      .limit(1);
    if (known) return { id: known.id, isNew: false };
    const run = await createRun(tx, {
      trigger: "person",
      key,
      source: data,
      config,
      requestedBy: actor,
      retryOf,
    });
    await recordAuditEvent(tx, {
      action: "training_run.requested",
      actor,
      entityId: run.id,
      details: requestDetails(run),
    });
    return { id: run.id, isNew: true };
  });
  if (found.isNew) await giveAway(db, found.id, handOver);
  return found;
}

function requestDetails({ source, config, configDigest: digest, retryOf }: TrainingRun) {
  const changed = Object.fromEntries(
    differencesFromPreset(config).map(({ key, value }) => [key, value] as const),
  );
  return { source, preset: config.preset, configDigest: digest, changed, ...(retryOf ? { retryOf } : {}) };
}

async function giveAway(db: Database, runId: string, handOver: (runId: string) => Promise<void>) {
  try {
    await handOver(runId);
  } catch (error) {
    const reason = `The run could not be handed to Inngest: ${describeCause(error)}.`;
    await endRun(db, runId, { state: "failed", reason, errorCode: "JOB_ENGINE_UNREACHABLE" });
    throw new PneumoscopeError("JOB_ENGINE_UNREACHABLE", reason, { cause: error });
  }
}
