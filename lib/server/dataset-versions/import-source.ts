import path from "node:path";
import type { Database } from "@/drizzle/client";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { addToListing } from "@/lib/dataset/add-to-listing";
import { buildListing } from "@/lib/dataset/build-listing";
import { type DatasetListing, parseListing } from "@/lib/dataset/listing";
import { writeDirListing } from "@/lib/dvc/dir-listing";
import { type Md5, md5OfText } from "@/lib/dvc/md5";
import { PneumoscopeError } from "@/lib/errors";
import { inDataDirectory } from "@/lib/node/data-directory";
import { isRemoteUrl } from "@/lib/node/data-remotes/open-remote";
import type { DatasetSource } from "@/lib/node/dataset-source";
import { folderSource } from "@/lib/node/folder-source";
import {
  type ImportedDataset,
  type ImportedFiles,
  type ImportFilesOptions,
  importFiles,
  importFolder,
  keepListing,
  namingErrors,
  withCopies,
} from "@/lib/node/import-dataset";
import { openPointer, type PointerSource, pointerSource } from "@/lib/node/pointer-source";
import { keepDirListing } from "./keep-dir-listing";
import { currentDatasetVersion, requireDatasetVersion } from "./record";

export interface SourceDependencies {
  db: Database;
  store: ArtifactStore;
}

export interface SourceOptions extends ImportFilesOptions {
  /** Where a `.dvc` file's objects are looked for first. */
  remote?: string | undefined;
}

export interface ImportedSource extends ImportedDataset {
  /** Of the folder as DVC knows it; null where the version is made of anything else. */
  dvcMd5: Md5 | null;
}

/** The folder whose files add to the current version. */
export function inboxFolder(): string {
  return inDataDirectory("inbox");
}

/** What a source is: `sha256:…`, a `.dvc` file here or at a URL, the inbox, or any other folder. */
export function kindOfSource(source: string): "version" | "pointer" | "inbox" | "folder" {
  if (/^sha256:[0-9a-f]{6,64}$/.test(source) || source === "current") return "version";
  if (/\.dvc$/i.test(source) || isRemoteUrl(source)) return "pointer";
  return path.resolve(source) === inboxFolder() ? "inbox" : "folder";
}

/** A source as a run's record keeps it: paths absolute, addresses and versions as they are. */
export function normaliseSource(source: string, resolve: (typed: string) => string = path.resolve): string {
  return kindOfSource(source) === "version" || isRemoteUrl(source) ? source : resolve(source);
}

/**
 * The dataset version that a source is now, with its images in the store. Nothing is recorded yet.
 * @throws DATASET_ and DATA_ errors
 */
export async function importSource(
  source: string,
  { db, store }: SourceDependencies,
  { remote, ...options }: SourceOptions = {},
): Promise<ImportedSource> {
  switch (kindOfSource(source)) {
    case "version": {
      const { digest, badFiles, dvcMd5 } = await requireDatasetVersion(db, source);
      return {
        listing: parseListing(await store.get(digest)),
        listingDigest: digest,
        badFiles,
        newImages: 0,
        dvcMd5,
      };
    }
    case "pointer":
      return importPointer(await pointerSource(await openPointer(source, { remote }), store), store, options);
    case "inbox":
      return importInbox(source, { db, store }, options);
    case "folder":
      return { ...(await importFolder(source, store, options)), dvcMd5: null };
  }
}

/** The inbox's files added to the current version; without one, the inbox alone. */
async function importInbox(
  inbox: string,
  { db, store }: SourceDependencies,
  options: ImportFilesOptions,
): Promise<ImportedSource> {
  const current = await currentDatasetVersion(db);
  if (!current) return { ...(await importFolder(inbox, store, options)), dvcMd5: null };
  const base = parseListing(await store.get(current.digest));
  const imported = await importFiles(await sourceOrNothing(inbox), store, options);
  const listing = namingErrors(inbox, () => addToListing(base, imported.files));
  const badFiles = withCopies(imported, listing);
  const listingDigest = await keepListing(listing, store);
  const isSame = listingDigest === current.digest;
  return { ...imported, badFiles, listing, listingDigest, dvcMd5: isSame ? current.dvcMd5 : null };
}

/** An inbox that nobody has made yet adds nothing. */
async function sourceOrNothing(inbox: string): Promise<DatasetSource> {
  try {
    return await folderSource(inbox);
  } catch (error) {
    if (!(error instanceof PneumoscopeError) || error.code !== "DATASET_NOT_FOUND") throw error;
    return { name: inbox, files: [], labels: new Map(), readAhead: 1 };
  }
}

/**
 * A folder as DVC would add it: everything in it is kept, so that it can be pushed as a whole.
 * @throws as importFolder
 */
export async function importWholeFolder(
  source: DatasetSource,
  store: ArtifactStore,
  options: ImportFilesOptions = {},
): Promise<ImportedSource & ImportedFiles & { dvcMd5: Md5 }> {
  const imported = await importFiles(source, store, { ...options, keepsOthers: true });
  const listing = namingErrors(source.name, () => buildListing(imported.files));
  const dvcMd5 = await keepDirListing(imported.dvcFiles, store);
  const badFiles = withCopies(imported, listing);
  return { ...imported, badFiles, listing, listingDigest: await keepListing(listing, store), dvcMd5 };
}

async function importPointer(
  source: PointerSource,
  store: ArtifactStore,
  options: ImportFilesOptions,
): Promise<ImportedSource> {
  if (!source.listing) return importWholeFolder(source, store, options);
  const imported = await importFiles(source, store, { ...options, keepsOthers: true });
  requireSameImages(source.name, source.listing.listing, imported);
  await keepListing(source.listing.listing, store);
  return {
    ...imported,
    listing: source.listing.listing,
    listingDigest: source.listing.digest,
    dvcMd5: md5OfText(writeDirListing(imported.dvcFiles)),
  };
}

/** Every case of the version came, decodes, and has the SHA-256 that the version says. */
function requireSameImages(
  source: string,
  listing: DatasetListing,
  { files, badFiles }: ImportedFiles,
): void {
  const digests = new Map<string, Digest>(files.map((file) => [file.path, file.digest]));
  const wrong = listing.cases.find((item) => digests.get(item.path) !== item.digest);
  if (!wrong) return;
  const bad = badFiles.find((file) => file.path === wrong.path);
  throw new PneumoscopeError(
    "DATA_OBJECT_CORRUPT",
    `${source}: ${wrong.path} is not the image that the version names (${wrong.digest})` +
      `${bad ? `: ${bad.reason}` : ""}. Nothing was taken over. Push the data again from where it is whole.`,
  );
}
