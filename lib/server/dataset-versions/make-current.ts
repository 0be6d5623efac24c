import { eq, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetReports, datasetVersions } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { currentDatasetVersion, findDatasetVersion, unknownVersion } from "./record";

export interface MakeCurrent {
  digest: Digest;
  actor: string;
  reason?: string | undefined;
  /** What was current where the person decided; null: nothing. Absent: whatever is current now. */
  expectedCurrent?: Digest | null | undefined;
  /** The trail says so. */
  withoutCheck?: boolean | undefined;
}

// Any constant will do; it only has to be the same in every process.
const currentLock = 4_117_203_987;

/**
 * Makes a version the one that the inbox adds to, once its check has passed.
 * @throws DATASET_VERSION_NOT_FOUND, DATASET_NOT_CHECKED, DATASET_CHECK_FAILED, DATASET_CURRENT_CHANGED
 */
export async function makeCurrent(db: Database, request: MakeCurrent): Promise<void> {
  const { digest, actor, reason, expectedCurrent, withoutCheck = false } = request;
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${currentLock})`);
    if (!(await findDatasetVersion(tx, digest))) throw unknownVersion(digest);
    const before = (await currentDatasetVersion(tx))?.digest ?? null;
    if (before === digest) return;
    if (expectedCurrent !== undefined && expectedCurrent !== before) throw currentChanged(before);
    const [report] = await tx
      .select({ state: datasetReports.state })
      .from(datasetReports)
      .where(eq(datasetReports.datasetDigest, digest));
    if (!withoutCheck) requirePassedCheck(digest, report?.state);
    await tx
      .update(datasetVersions)
      .set({ currentSince: sql`clock_timestamp()` })
      .where(eq(datasetVersions.digest, digest));
    const details = {
      before,
      check: report?.state ?? "none",
      ...(reason ? { reason } : {}),
      ...(withoutCheck ? { withoutCheck } : {}),
    };
    await recordAuditEvent(tx, { action: "dataset_version.made_current", actor, entityId: digest, details });
  });
}

function requirePassedCheck(digest: Digest, state: "passed" | "warnings" | "failed" | undefined): void {
  if (state === undefined)
    throw new PneumoscopeError(
      "DATASET_NOT_CHECKED",
      `Dataset version ${digest} has not been checked yet. Check it first (“npm run data -- report”).`,
    );
  if (state === "failed")
    throw new PneumoscopeError(
      "DATASET_CHECK_FAILED",
      `Dataset version ${digest} did not pass its check, so it does not become the current one. Its report says why.`,
    );
}

function currentChanged(now: Digest | null): PneumoscopeError {
  return new PneumoscopeError(
    "DATASET_CURRENT_CHANGED",
    `The current dataset version is another one now: ${now ?? "none"}. Look again and decide again.`,
  );
}
