import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { and, eq, gte, lt } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { auditEvents, datasetReports, datasetVersions, evaluationSets } from "@/drizzle/schema";
import { type ArtifactStore, type Digest, isDigest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { parseDirListing } from "@/lib/dvc/dir-listing";
import type { Md5 } from "@/lib/dvc/md5";
import { PneumoscopeError } from "@/lib/errors";
import { enteredFiles, findFileByMd5 } from "@/lib/node/file-facts";
import { imageOfThumbnail, thumbnailsFolder } from "@/lib/server/dataset-versions/thumbnail";

export interface UnusedData {
  /** What imports stored and nothing refers to; `image` tells images from what came with them. */
  files: { md5: Md5; digest: Digest; sizeBytes: number; image: boolean }[];
  /** Listings and reports of deleted versions. */
  documents: { digest: Digest; sizeBytes: number }[];
  thumbnails: { file: string; sizeBytes: number }[];
}

interface Source {
  db: DatabaseOrTransaction;
  store: ArtifactStore;
}

/** What is referred to: DVC's listings name files by MD5, ours by digest. */
interface Held {
  digests: Set<Digest>;
  md5s: Set<Md5>;
}

/** What a version is made of. */
interface Root {
  digest: Digest;
  dvcMd5: Md5 | null;
  reportDigest: Digest | null;
}

/**
 * What no dataset version, evaluation set or report refers to, nor did a version that was deleted after `before`, and
 * what was not stored or asked for by an import since. Only what imports stored is looked at: weights, predictions and
 * manifests are not among it, whoever refers to them.
 * @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT where what a version refers to cannot be told: then nothing is unused
 */
export async function findUnusedData({ db, store }: Source, before: Date): Promise<UnusedData> {
  const held = await whatIsHeld({ db, store }, before);
  return {
    files: await unusedFiles(store, held, before),
    documents: await unusedDocuments({ db, store }, held, before),
    thumbnails: await unusedThumbnails(held),
  };
}

async function whatIsHeld({ db, store }: Source, before: Date): Promise<Held> {
  const held: Held = { digests: new Set(), md5s: new Set() };
  const versions = await db
    .select({
      digest: datasetVersions.digest,
      dvcMd5: datasetVersions.dvcMd5,
      reportDigest: datasetReports.reportDigest,
    })
    .from(datasetVersions)
    .leftJoin(datasetReports, eq(datasetReports.datasetDigest, datasetVersions.digest));
  for (const version of versions) await holdVersion(store, held, version);
  // A removed set keeps its images.
  const sets = await db.selectDistinct({ digest: evaluationSets.digest }).from(evaluationSets);
  for (const { digest } of sets) await holdVersion(store, held, { digest, dvcMd5: null, reportDigest: null });
  for (const root of await deletedVersions(db, gte(auditEvents.at, before)))
    await holdVersion(store, held, root).catch(ignoreAbsent);
  return held;
}

async function holdVersion(store: ArtifactStore, held: Held, version: Root): Promise<void> {
  const { digest, dvcMd5, reportDigest } = version;
  held.digests.add(digest);
  if (reportDigest) held.digests.add(reportDigest);
  for (const item of parseListing(await store.get(digest)).cases) held.digests.add(item.digest);
  if (dvcMd5 === null) return;
  const folder = await findFileByMd5(store, dvcMd5);
  if (!folder)
    throw new PneumoscopeError("ARTIFACT_NOT_FOUND", `${dvcMd5}.dir of dataset version ${digest} is lost.`);
  held.md5s.add(dvcMd5);
  const listing = new TextDecoder().decode(await store.get(folder.digest));
  for (const { md5 } of parseDirListing(listing, `${dvcMd5}.dir`)) held.md5s.add(md5);
}

/** What was deleted long ago may be gone, or half of it. */
function ignoreAbsent(error: unknown): void {
  if (!(error instanceof PneumoscopeError) || error.code !== "ARTIFACT_NOT_FOUND") throw error;
}

async function deletedVersions(db: DatabaseOrTransaction, when: ReturnType<typeof lt>): Promise<Root[]> {
  const events = await db
    .select({ digest: auditEvents.entityId, details: auditEvents.details })
    .from(auditEvents)
    .where(and(eq(auditEvents.action, "dataset_version.deleted"), when));
  return events.flatMap(({ digest, details: { dvcMd5, reportDigest } }) =>
    isDigest(digest)
      ? [
          {
            digest,
            dvcMd5: typeof dvcMd5 === "string" ? dvcMd5 : null,
            reportDigest: typeof reportDigest === "string" && isDigest(reportDigest) ? reportDigest : null,
          },
        ]
      : [],
  );
}

async function unusedFiles(
  store: ArtifactStore,
  { digests, md5s }: Held,
  before: Date,
): Promise<UnusedData["files"]> {
  const unused: UnusedData["files"] = [];
  for await (const file of enteredFiles(store)) {
    if (digests.has(file.digest) || md5s.has(file.md5)) continue;
    const storedAt = await store.storedAt(file.digest);
    // An entry whose file is gone is what a crash between the two left.
    if (storedAt === null) unused.push({ ...file, sizeBytes: 0 });
    else if (storedAt < before) unused.push(file);
  }
  return unused;
}

async function unusedDocuments(
  { db, store }: Source,
  { digests }: Held,
  before: Date,
): Promise<UnusedData["documents"]> {
  const roots = await deletedVersions(db, lt(auditEvents.at, before));
  const named = new Set(roots.flatMap(({ digest, reportDigest }) => [digest, reportDigest ?? []].flat()));
  const unused: UnusedData["documents"] = [];
  for (const digest of named) {
    if (digests.has(digest)) continue;
    const storedAt = await store.storedAt(digest);
    const info = storedAt && storedAt < before && (await store.stat(digest));
    if (info) unused.push(info);
  }
  return unused;
}

async function unusedThumbnails({ digests }: Held): Promise<UnusedData["thumbnails"]> {
  const folder = thumbnailsFolder();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const unused: UnusedData["thumbnails"] = [];
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    const image = imageOfThumbnail(file);
    if (!entry.isFile() || (image && digests.has(image))) continue;
    const facts = await stat(file).catch(() => null);
    if (facts) unused.push({ file, sizeBytes: facts.size });
  }
  return unused;
}
