import { desc, eq, like, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { type DatasetVersion, datasetVersions, type SplitCounts } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import type { DatasetCase, DatasetListing } from "@/lib/dataset/listing";
import type { Md5 } from "@/lib/dvc/md5";
import { PneumoscopeError } from "@/lib/errors";
import type { BadFile } from "@/lib/node/import-dataset";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import type { Split } from "@/lib/training/job";
import { lockStoredFiles, requireStored } from "./require-stored";

export interface DatasetVersionEntry {
  digest: Digest;
  listing: DatasetListing;
  badFiles: BadFile[];
  source: string;
  /** Where the version is a folder that DVC knows too. */
  dvcMd5?: Md5 | null | undefined;
  /** Given by a person. */
  name?: string | undefined;
  /** Who had it made; absent: the product itself. */
  actor?: string | undefined;
}

/**
 * Enters a dataset version into the record; the same version twice is one row.
 * @returns whether the record did not have it
 * @throws ARTIFACT_NOT_FOUND where the store does not hold all of a new one
 */
export async function recordDatasetVersion(
  { db, store }: { db: Database; store: ArtifactStore },
  entry: DatasetVersionEntry,
): Promise<boolean> {
  const { digest, listing, badFiles, source, dvcMd5, name, actor = "system" } = entry;
  const values = {
    digest,
    source,
    badFiles,
    dvcMd5,
    name,
    images: listing.cases.length,
    patients: countPatients(listing.cases),
    splits: countSplits(listing),
  };
  return db.transaction(async (tx) => {
    await lockStoredFiles(tx, "shared");
    const added = await tx
      .insert(datasetVersions)
      .values(values)
      .onConflictDoNothing()
      .returning({ digest: datasetVersions.digest });
    if (added.length > 0) {
      await requireStored(store, digest, listing);
      const { images, patients } = values;
      const details = { source, images, patients, badFiles: badFiles.length };
      await recordAuditEvent(tx, {
        action: "dataset_version.recorded",
        actor,
        entityId: digest,
        details,
      });
    } else if (dvcMd5)
      await tx.update(datasetVersions).set({ dvcMd5 }).where(eq(datasetVersions.digest, digest));
    return added.length > 0;
  });
}

export async function findDatasetVersion(
  db: DatabaseOrTransaction,
  digest: Digest,
): Promise<DatasetVersion | null> {
  const [row] = await db.select().from(datasetVersions).where(eq(datasetVersions.digest, digest));
  return row ?? null;
}

/** The version that the inbox adds to; null before the first. */
export async function currentDatasetVersion(db: DatabaseOrTransaction): Promise<DatasetVersion | null> {
  const [row] = await db
    .select()
    .from(datasetVersions)
    .where(sql`${datasetVersions.currentSince} is not null`)
    .orderBy(desc(datasetVersions.currentSince))
    .limit(1);
  return row ?? null;
}

/** Newest first. */
export async function listDatasetVersions(db: Database): Promise<DatasetVersion[]> {
  return db.select().from(datasetVersions).orderBy(desc(datasetVersions.createdAt));
}

/** @throws DATASET_VERSION_NOT_FOUND where there is none */
export async function newestDatasetVersion(db: Database): Promise<DatasetVersion> {
  const [newest] = await db.select().from(datasetVersions).orderBy(desc(datasetVersions.createdAt)).limit(1);
  if (newest) return newest;
  throw new PneumoscopeError(
    "DATASET_VERSION_NOT_FOUND",
    "There is no dataset version yet. Make one with “npm run data -- add FOLDER” or “import”.",
  );
}

const shortestPrefix = 6;

/**
 * The version that a person means: "current", a digest, or the first hex digits of one (at least 6).
 * @throws DATASET_VERSION_NOT_FOUND
 */
export async function requireDatasetVersion(db: Database, named: string): Promise<DatasetVersion> {
  if (named === "current") {
    const current = await currentDatasetVersion(db);
    if (current) return current;
    throw new PneumoscopeError(
      "DATASET_VERSION_NOT_FOUND",
      "There is no current dataset version yet. Make one with “npm run data -- add FOLDER” or “import”.",
    );
  }
  const hex = named.replace(/^sha256:/, "");
  const matches =
    /^[0-9a-f]{1,64}$/.test(hex) && hex.length >= shortestPrefix
      ? await db
          .select()
          .from(datasetVersions)
          .where(like(datasetVersions.digest, `sha256:${hex}%`))
          .limit(2)
      : [];
  if (matches.length === 1 && matches[0]) return matches[0];
  throw unknownVersion(named, matches.length);
}

export function unknownVersion(named: string, matches = 0): PneumoscopeError {
  return new PneumoscopeError(
    "DATASET_VERSION_NOT_FOUND",
    `“${named}” names ${matches === 0 ? "no dataset version" : "several dataset versions"} of this machine. ` +
      "“npm run data -- status” lists them; a version is “current” or at least 6 hex digits of its digest.",
  );
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
