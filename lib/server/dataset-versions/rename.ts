import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetVersions } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { findDatasetVersion, unknownVersion } from "./record";

/** @throws DATASET_VERSION_NOT_FOUND */
export async function renameDatasetVersion(
  db: Database,
  { digest, name, actor }: { digest: Digest; name: string; actor: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const version = await findDatasetVersion(tx, digest);
    if (!version) throw unknownVersion(digest);
    if (version.name === name) return;
    await tx.update(datasetVersions).set({ name }).where(eq(datasetVersions.digest, digest));
    const details = { before: version.name, name };
    await recordAuditEvent(tx, { action: "dataset_version.renamed", actor, entityId: digest, details });
  });
}
