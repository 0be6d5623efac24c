import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type DatasetVersion, datasetVersions, type SplitCounts } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import type { DatasetCase, DatasetListing } from "@/lib/dataset/listing";
import type { BadFile } from "@/lib/node/import-dataset";
import type { Split } from "@/lib/training/job";

/** Enters a dataset version into the record; the same version twice is one row. */
export async function recordDatasetVersion(
  db: Database,
  entry: { digest: Digest; listing: DatasetListing; badFiles: BadFile[]; source: string },
): Promise<void> {
  const { digest, listing, badFiles, source } = entry;
  await db
    .insert(datasetVersions)
    .values({
      digest,
      source,
      badFiles,
      images: listing.cases.length,
      patients: countPatients(listing.cases),
      splits: countSplits(listing),
    })
    .onConflictDoNothing();
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
