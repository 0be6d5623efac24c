import { and, desc, eq, lt, notInArray } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type DatasetVersion, datasetReports, datasetVersions } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { type DatasetListing, parseListing } from "@/lib/dataset/listing";
import { buildReport } from "@/lib/dataset-report/build-report";
import { type DatasetReport, parseReport, reportBytes } from "@/lib/dataset-report/report";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { findPairs } from "./find-pairs";
import { measureImages, type OnProgress } from "./measure-images";
import { findDatasetVersion } from "./record";

export interface CheckDependencies {
  db: Database;
  store: ArtifactStore;
  onProgress?: OnProgress | undefined;
}

/**
 * The report of a recorded dataset version. It is made once: a version that has one is not looked at again, and of a
 * new one only images that no earlier version held are decoded.
 * @throws DATASET_VERSION_NOT_FOUND, ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
 */
export async function checkDatasetVersion(
  { db, store, onProgress }: CheckDependencies,
  datasetDigest: Digest,
): Promise<DatasetReport> {
  const known = await findReport({ db, store }, datasetDigest);
  if (known) return known;
  const startedMs = performance.now();
  const version = await findDatasetVersion(db, datasetDigest);
  if (!version)
    throw new PneumoscopeError("DATASET_VERSION_NOT_FOUND", `There is no dataset version ${datasetDigest}.`);
  const report = await makeReport({ db, store, onProgress }, version);
  const { digest: reportDigest } = await store.put(reportBytes(report));
  const { state, problems } = report;
  await db.transaction(async (tx) => {
    const added = await tx
      .insert(datasetReports)
      .values({
        datasetDigest,
        reportDigest,
        state,
        problems,
        durationMs: Math.round(performance.now() - startedMs),
      })
      .onConflictDoNothing()
      .returning({ reportDigest: datasetReports.reportDigest });
    if (!added[0]) return;
    await recordAuditEvent(tx, {
      action: "dataset_version.checked",
      actor: "system",
      entityId: datasetDigest,
      details: { state, reportDigest, problems: problems.map(({ named: _, ...told }) => told) },
    });
  });
  return (await findReport({ db, store }, datasetDigest)) ?? report;
}

/** The stored report of a version, or null where it has not been checked. @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT */
export async function findReport(
  { db, store }: { db: Database; store: ArtifactStore },
  datasetDigest: Digest,
): Promise<DatasetReport | null> {
  const [row] = await db.select().from(datasetReports).where(eq(datasetReports.datasetDigest, datasetDigest));
  return row ? parseReport(await store.get(row.reportDigest)) : null;
}

/** @throws DATASET_CHECK_FAILED, naming the broken rules and what broke them */
export function requirePassed(report: DatasetReport): void {
  const errors = report.problems.filter((problem) => problem.level === "error");
  if (errors.length === 0) return;
  throw new PneumoscopeError(
    "DATASET_CHECK_FAILED",
    `Dataset version ${report.datasetDigest}: ${errors.map(({ rule, message }) => `${rule}: ${message}`).join(" ")}`,
  );
}

async function makeReport(
  { db, store, onProgress }: CheckDependencies,
  version: DatasetVersion,
): Promise<DatasetReport> {
  const listing = parseListing(await store.get(version.digest));
  const previous = await previousVersion({ db, store }, version);
  const own = listing.cases.map((item) => item.digest);
  const { measuresOf, unreadable } = await measureImages({ db, store }, own, onProgress);
  const pairs = await findPairs(store, measuresOf);
  if (previous) {
    const gone = previous.listing.cases
      .map((item) => item.digest)
      .filter((digest) => !measuresOf.has(digest));
    const before = await measureImages({ db, store }, gone, onProgress);
    for (const [digest, measures] of before.measuresOf) measuresOf.set(digest, measures);
  }
  return buildReport({
    datasetDigest: version.digest,
    listing,
    measuresOf,
    unreadable,
    pairs,
    undecodable: version.badFiles.filter((file) => file.rule === undefined),
    leftOutCopies: version.badFiles.filter((file) => file.rule === "copy"),
    previous,
  });
}

/** The newest version before this one that did not fail its check: of the same source, else of any. */
async function previousVersion(
  { db, store }: { db: Database; store: ArtifactStore },
  version: DatasetVersion,
): Promise<{ digest: Digest; listing: DatasetListing } | null> {
  const failed = db
    .select({ digest: datasetReports.datasetDigest })
    .from(datasetReports)
    .where(eq(datasetReports.state, "failed"));
  const earlier = and(
    lt(datasetVersions.createdAt, version.createdAt),
    notInArray(datasetVersions.digest, failed),
  );
  const ofSource = and(earlier, eq(datasetVersions.source, version.source));
  for (const condition of [ofSource, earlier]) {
    const [row] = await db
      .select({ digest: datasetVersions.digest })
      .from(datasetVersions)
      .where(condition)
      .orderBy(desc(datasetVersions.createdAt))
      .limit(1);
    if (row) return { digest: row.digest, listing: parseListing(await store.get(row.digest)) };
  }
  return null;
}
