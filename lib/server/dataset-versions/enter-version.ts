import { eq } from "drizzle-orm";
import { type DatasetVersion, datasetReports } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import type { DatasetReport } from "@/lib/dataset-report/report";
import { type CheckDependencies, checkDatasetVersion } from "./check";
import type { ImportedSource } from "./import-source";
import { makeCurrent } from "./make-current";
import { findDatasetVersion, recordDatasetVersion } from "./record";

export interface EnterOptions {
  source: string;
  actor: string;
  name?: string | undefined;
  /** Whether it becomes the current version: never, where its check passed, or whatever a check would say. */
  current: "no" | "checked" | "unchecked";
}

export interface VersionReport {
  version: Digest;
  images: number;
  patients: number;
  splits: DatasetVersion["splits"];
  newImages: number;
  badFiles: DatasetVersion["badFiles"];
  dvcMd5: string | null;
  isCurrent: boolean;
  /** What its check found; null where it was not looked at. */
  check: DatasetReport["state"] | null;
}

/**
 * Enters an imported version into the record, and makes it current where that is asked for and its check passes.
 * @throws as checkDatasetVersion; a check that finds errors is no failure of this function
 */
export async function enterVersion(
  dependencies: CheckDependencies,
  { listing, listingDigest, badFiles, newImages, dvcMd5 }: ImportedSource,
  { source, actor, name, current }: EnterOptions,
): Promise<VersionReport> {
  const { db } = dependencies;
  await recordDatasetVersion(dependencies, {
    digest: listingDigest,
    listing,
    badFiles,
    source,
    dvcMd5,
    name,
    actor,
  });
  const check = current === "checked" ? await checkStateOf(dependencies, listingDigest) : null;
  const isCurrent = current === "unchecked" || (check !== null && check !== "failed");
  if (isCurrent)
    await makeCurrent(db, { digest: listingDigest, actor, withoutCheck: current === "unchecked" });
  const row = await findDatasetVersion(db, listingDigest);
  if (!row) throw new Error(`Dataset version ${listingDigest} vanished.`);
  const { images, patients, splits } = row;
  return {
    version: listingDigest,
    images,
    patients,
    splits,
    newImages,
    badFiles,
    dvcMd5,
    isCurrent,
    check,
  };
}

/** What the check of a version found; it is made where there is none yet. */
export async function checkStateOf(
  dependencies: CheckDependencies,
  digest: Digest,
): Promise<DatasetReport["state"]> {
  const [known] = await dependencies.db
    .select({ state: datasetReports.state })
    .from(datasetReports)
    .where(eq(datasetReports.datasetDigest, digest));
  return known?.state ?? (await checkDatasetVersion(dependencies, digest)).state;
}
