import { eq, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetReports, datasetVersions } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { findDatasetVersion, unknownVersion } from "./record";
import { describeReferrers, findReferrers } from "./referrers";

/**
 * Takes a version that nothing needs out of the record, with its report. What only it held stays in the store until the
 * retention lets it go (lib/server/retention/prune-data.ts), which reads from the event what that was.
 * @throws DATASET_VERSION_NOT_FOUND; DATASET_IN_USE, naming the referrers
 */
export async function deleteDatasetVersion(
  db: Database,
  { digest, actor, reason }: { digest: Digest; actor: string; reason: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    // Nobody may begin to use it between the question and the answer: a run's row refers to this one.
    await tx.execute(
      sql`select 1 from ${datasetVersions} where ${datasetVersions.digest} = ${digest} for update`,
    );
    const version = await findDatasetVersion(tx, digest);
    if (!version) throw unknownVersion(digest);
    const referrers = await findReferrers(tx, digest);
    if (!referrers.isUnused)
      throw new PneumoscopeError(
        "DATASET_IN_USE",
        `Dataset version ${digest} is not deleted: ${describeReferrers(referrers).join("; ")}.`,
      );
    const [report] = await tx
      .delete(datasetReports)
      .where(eq(datasetReports.datasetDigest, digest))
      .returning({ digest: datasetReports.reportDigest });
    await tx.delete(datasetVersions).where(eq(datasetVersions.digest, digest));
    const { source, images, patients, dvcMd5 } = version;
    await recordAuditEvent(tx, {
      action: "dataset_version.deleted",
      actor,
      entityId: digest,
      details: { reason, source, images, patients, dvcMd5, reportDigest: report?.digest ?? null },
    });
  });
}
