import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type DatasetVersion, datasetVersions, type SplitCounts } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import type { DatasetCase, DatasetListing } from "@/lib/dataset/listing";
import type { BadFile } from "@/lib/node/import-dataset";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import type { Split } from "@/lib/training/job";

/** Enters a dataset version into the record; the same version twice is one row. */
export async function recordDatasetVersion(
  db: Database,
  entry: { digest: Digest; listing: DatasetListing; badFiles: BadFile[]; source: string },
): Promise<void> {
  const { digest, listing, badFiles, source } = entry;
  const images = listing.cases.length;
  const patients = countPatients(listing.cases);
  await db.transaction(async (tx) => {
    const added = await tx
      .insert(datasetVersions)
      .values({ digest, source, badFiles, images, patients, splits: countSplits(listing) })
      .onConflictDoNothing()
      .returning({ digest: datasetVersions.digest });
    if (!added[0]) return;
    await recordAuditEvent(tx, {
      action: "dataset_version.recorded",
      actor: "system",
      entityId: digest,
      details: { source, images, patients, badFiles: badFiles.length },
    });
  });
}

export async function findDatasetVersion(db: Database, digest: Digest): Promise<DatasetVersion | null> {
  const [row] = await db.select().from(datasetVersions).where(eq(datasetVersions.digest, digest));
  return row ?? null;
}

/** Images and patients of each side, by class. */
export function countSplits(listing: DatasetListing): Record<Split, SplitCounts> {
  return {
    train: countCases(listing.cases.filter((item) => item.split === "train")),
    validation: countCases(listing.cases.filter((item) => item.split === "validation")),
    test: countCases(listing.cases.filter((item) => item.split === "test")),
  };
}

function countCases(cases: DatasetCase[]): SplitCounts {
  const pneumonia = cases.filter((item) => item.label === 1).length;
  return {
    images: cases.length,
    patients: countPatients(cases),
    normal: cases.length - pneumonia,
    pneumonia,
  };
}

function countPatients(cases: DatasetCase[]): number {
  return new Set(cases.map((item) => item.patientId)).size;
}
