import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetReports } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import type { DatasetReport } from "@/lib/dataset-report/report";
import { findReport } from "./check";
import { nameOfSource } from "./list";
import { currentDatasetVersion, requireDatasetVersion } from "./record";
import { findReferrers } from "./referrers";

/** Everything that the page of a version shows, its images and changes apart. @param named as requireDatasetVersion */
export async function versionDetails({ db, store }: { db: Database; store: ArtifactStore }, named: string) {
  const version = await requireDatasetVersion(db, named);
  const { digest } = version;
  const [report, referrers, current, checkedAt] = await Promise.all([
    findReport({ db, store }, digest),
    findReferrers(db, digest),
    currentDatasetVersion(db),
    whenChecked(db, digest),
  ]);
  const { badFiles, ...row } = version;
  return {
    ...row,
    leftOut: badFiles.length,
    name: version.name ?? nameOfSource(version.source),
    isCurrent: current?.digest === digest,
    current: current && { digest: current.digest, name: current.name ?? nameOfSource(current.source) },
    referrers,
    report: report && shortened(report),
    checkedAt,
  };
}

async function whenChecked(db: Database, digest: Digest): Promise<Date | null> {
  const [row] = await db
    .select({ at: datasetReports.createdAt })
    .from(datasetReports)
    .where(eq(datasetReports.datasetDigest, digest));
  return row?.at ?? null;
}

const shownPairs = 50;
const shownFiles = 200;

/** A report whose lists have an end; the whole is in the downloads. */
function shortened({ duplicates, undecodable, leftOutCopies, change: _, ...report }: DatasetReport) {
  return {
    ...report,
    undecodable: { count: undecodable.length, named: undecodable.slice(0, shownFiles) },
    leftOutCopies: { count: leftOutCopies.length, named: leftOutCopies.slice(0, shownFiles) },
    duplicates: {
      comparedPairs: duplicates.comparedPairs,
      identical: {
        count: duplicates.identical.length,
        named: duplicates.identical.slice(0, shownPairs).map((group) => group.slice(0, 10)),
      },
      near: { count: duplicates.near.length, named: duplicates.near.slice(0, shownPairs) },
      lookalikes: { count: duplicates.lookalikes.pairs, named: duplicates.lookalikes.named },
    },
  };
}
