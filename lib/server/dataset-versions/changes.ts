import { inArray } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetReports } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { diffListings } from "@/lib/dataset/diff-listings";
import { type ChangeKind, changeKinds, type ListedChange, listChanges } from "@/lib/dataset/list-changes";
import type { ReportComparison } from "@/lib/dataset-report/comparison";
import { measuresSchemaVersion } from "@/lib/dataset-report/image-measures";
import { compareDatasetVersions } from "./compare";
import { nameOfSource } from "./list";
import { readListing } from "./read-listing";
import { requireDatasetVersion } from "./record";

interface Dependencies {
  db: Database;
  store: ArtifactStore;
}

interface Named {
  before: string;
  after: string;
}

type Changes = Record<ChangeKind, ListedChange[]> & { unchanged: number };

const kept = 4;
const known = new Map<string, Promise<Changes>>();

/** How many images differ, in which way, and how the measures drifted. @throws DATASET_VERSION_NOT_FOUND */
export async function summariseChanges({ db, store }: Dependencies, named: Named) {
  const [before, after] = await bothVersions(db, named);
  const changes = await changesBetween(store, before.digest, after.digest);
  const counts = Object.fromEntries(changeKinds.map((kind) => [kind, changes[kind].length])) as Record<
    ChangeKind,
    number
  >;
  const unchecked = await uncheckedOf(db, [before.digest, after.digest]);
  return {
    before: nameOf(before),
    after: nameOf(after),
    counts: { ...counts, unchanged: changes.unchanged },
    /** Versions without a report, for whose images there are no measures yet. */
    unchecked,
    comparison:
      unchecked.length > 0 ? null : await readComparison({ db, store }, before.digest, after.digest),
  };
}

/** A page of one kind of changes. @throws DATASET_VERSION_NOT_FOUND */
export async function listChangesOfKind(
  { db, store }: Dependencies,
  { kind, offset, limit, ...named }: Named & { kind: ChangeKind; offset: number; limit: number },
): Promise<{ rows: ListedChange[]; total: number }> {
  const [before, after] = await bothVersions(db, named);
  const changes = (await changesBetween(store, before.digest, after.digest))[kind];
  return { rows: changes.slice(offset, offset + limit), total: changes.length };
}

async function bothVersions(db: Database, { before, after }: Named) {
  return Promise.all([requireDatasetVersion(db, before), requireDatasetVersion(db, after)]);
}

function nameOf({ digest, name, source }: { digest: Digest; name: string | null; source: string }) {
  return { digest, name: name ?? nameOfSource(source) };
}

function changesBetween(store: ArtifactStore, before: Digest, after: Digest): Promise<Changes> {
  const key = `${before} ${after}`;
  const made = known.get(key) ?? compare();
  known.delete(key);
  known.set(key, made);
  for (const oldest of known.keys()) {
    if (known.size <= kept) break;
    known.delete(oldest);
  }
  made.catch(() => known.delete(key));
  return made;

  async function compare(): Promise<Changes> {
    const diff = diffListings(await readListing(store, before), await readListing(store, after));
    return { ...listChanges(diff), unchanged: diff.unchanged };
  }
}

async function uncheckedOf(db: Database, digests: Digest[]): Promise<Digest[]> {
  const checked = await db
    .select({ digest: datasetReports.datasetDigest })
    .from(datasetReports)
    .where(inArray(datasetReports.datasetDigest, digests));
  return [...new Set(digests)].filter((digest) => !checked.some((row) => row.digest === digest));
}

/** The comparison of two checked versions, made once; reports never change, so neither does it. */
async function readComparison(
  { db, store }: Dependencies,
  before: Digest,
  after: Digest,
): Promise<ReportComparison> {
  const [a, b] = [before, after].map((digest) => digest.slice("sha256:".length));
  const pointer = `comparisons/${measuresSchemaVersion}/${a}/${b}`;
  const stored = await store.readPointer(pointer);
  const bytes = stored === null ? null : await store.get(stored as Digest).catch(() => null);
  if (bytes) return JSON.parse(new TextDecoder().decode(bytes)) as ReportComparison;
  const comparison = await compareDatasetVersions({ db, store }, { before, after });
  const { digest } = await store.put(new TextEncoder().encode(JSON.stringify(comparison)));
  await store.writePointer(pointer, digest);
  return comparison;
}
