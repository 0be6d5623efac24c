import { and, eq, gt, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { driftStates, modelVersions, statisticsDays } from "@/drizzle/schema";
import { type DriftSettings, judgeDrift } from "@/lib/in-use/judge-drift";
import { emptyCounts } from "@/lib/in-use/statistics";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { driftReference } from "./drift-reference";

// Any constant will do; it only has to be the same in every process.
const driftLock = 611_203;
const dayMs = 24 * 60 * 60_000;

/**
 * Measures a version's latest days and, where it begins or ceases to drift, says so in the trail, once each: the
 * event is raised by the change, not by the measurement.
 */
export async function watchDrift(
  tx: DatabaseOrTransaction,
  serial: number,
  settings: DriftSettings,
  now: Date,
): Promise<void> {
  // Two reports at once must not raise it twice.
  await tx.execute(sql`select pg_advisory_xact_lock(${driftLock}, ${serial})`);
  const [version] = await tx.select().from(modelVersions).where(eq(modelVersions.serial, serial));
  if (!version) return;
  const seen = await latestProbabilities(tx, serial, settings.days, now);
  const reference = await driftReference(tx, version);
  const verdict = judgeDrift(reference?.counts ?? null, seen, settings);
  if (verdict.state !== "drifted" && verdict.state !== "stable") return;
  const { drift } = verdict;
  const drifted = verdict.state === "drifted";
  const [before] = await tx.select().from(driftStates).where(eq(driftStates.serial, serial));
  const values = { drifted, drift, measuredAt: now };
  await tx
    .insert(driftStates)
    .values({ serial, ...values })
    .onConflictDoUpdate({ target: driftStates.serial, set: values });
  if (drifted === (before?.drifted ?? false)) return;
  await recordAuditEvent(tx, {
    action: drifted ? "model_version.drifted" : "model_version.drift_ended",
    actor: "statistics",
    entityId: version.version,
    details: {
      psi: drift.psi.toFixed(3),
      ks: drift.ks.toFixed(3),
      results: String(drift.observed),
      against: reference?.images,
      days: settings.days,
      limits: { psi: settings.psi, ks: settings.ks },
      until: now.toISOString().slice(0, 10),
    },
  });
}

/** [20] sums over the latest days. */
export async function latestProbabilities(
  db: DatabaseOrTransaction,
  serial: number,
  days: number,
  now: Date,
): Promise<number[]> {
  const since = new Date(now.getTime() - days * dayMs).toISOString().slice(0, 10);
  const rows = await db
    .select({ probabilities: statisticsDays.probabilities })
    .from(statisticsDays)
    .where(and(eq(statisticsDays.serial, serial), gt(statisticsDays.day, since)));
  return rows.reduce(
    (sum, { probabilities }) => sum.map((value, bin) => value + (probabilities[bin] ?? 0)),
    emptyCounts().probabilities,
  );
}
