import { setImmediate as nextTurn } from "node:timers/promises";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { buildListing, type DatasetFile, labelOfPath } from "@/lib/dataset/build-listing";
import { leftOutCopies } from "@/lib/dataset/left-out-copies";
import { canonicalListingBytes, type DatasetListing } from "@/lib/dataset/listing";
import type { DvcFile } from "@/lib/dvc/dir-listing";
import { PneumoscopeError } from "@/lib/errors";
import type { DatasetSource, SourceFileEntry } from "./dataset-source";
import { folderSource } from "./folder-source";
import { type KeptFile, keepSourceFile } from "./keep-source-file";
import { readAhead } from "./read-ahead";

/** A file of a dataset folder that cannot be used; `path` is relative to the folder. */
export interface BadFile {
  path: string;
  reason: string;
  /** Why, where the file itself is whole: a copy of an image on a more held-out side. */
  rule?: "copy";
}

export interface ImportOptions {
  /** The largest share of unusable files that is tolerated; they are named and left out. */
  maxBadShare?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
}

export interface ImportFilesOptions extends ImportOptions {
  /** Also keeps what is no image, so that the folder can be given away as a whole. */
  keepsOthers?: boolean;
  /** Ends the import between two files; what was stored stays, and is not read again the next time. */
  signal?: AbortSignal | undefined;
}

export interface ImportedFiles {
  /** The images that can be used and have a label. */
  files: DatasetFile[];
  badFiles: BadFile[];
  /** Images without a label, which are left out. */
  unlabelled: string[];
  /** Images that the store did not hold before. */
  newImages: number;
  /** Everything that was kept, as DVC lists it, and its size. */
  dvcFiles: DvcFile[];
  sizeBytes: number;
}

export interface ImportedDataset {
  listing: DatasetListing;
  /** The dataset version: the digest of the listing, which is an artifact too. */
  listingDigest: Digest;
  badFiles: BadFile[];
  /** Images that the store did not hold before. */
  newImages: number;
}

const defaultMaxBadShare = 0.05;
const namedFiles = 5;

/**
 * Reads a dataset folder with a subfolder per class, at any depth: checks that every image decodes, stores it as
 * an artifact and makes the listing. Single unusable files are named and skipped.
 * @throws DATASET_NOT_FOUND where the folder is absent or vanishes, DATASET_TOO_MANY_BAD_FILES,
 * DATASET_INVALID (an empty class), DISK_FULL
 */
export async function importFolder(
  folder: string,
  store: ArtifactStore,
  options: ImportOptions = {},
): Promise<ImportedDataset> {
  const imported = await importFiles(await folderSource(folder), store, options);
  const listing = namingErrors(folder, () => buildListing(imported.files));
  const badFiles = withCopies(imported, listing);
  return { ...imported, badFiles, listing, listingDigest: await keepListing(listing, store) };
}

/** Stores a listing, by whose digest the version is known. */
export async function keepListing(listing: DatasetListing, store: ArtifactStore): Promise<Digest> {
  const { digest } = await store.put(canonicalListingBytes(listing));
  return digest;
}

/** The files that are not in a version made of these: unusable ones, and copies of held-out images. */
export function withCopies({ files, badFiles }: ImportedFiles, listing: DatasetListing): BadFile[] {
  return [...badFiles, ...leftOutCopies(files, listing).map((copy) => ({ ...copy, rule: "copy" as const }))];
}

/** Errors about a listing that name where its files came from. */
export function namingErrors<T>(source: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof PneumoscopeError)) throw error;
    throw new PneumoscopeError(error.code, `${source}: ${error.message}`, { cause: error });
  }
}

/**
 * Reads the files of a source, a few at a time: hashes each, checks that every image decodes, and stores it. What the
 * store holds already is neither decoded nor, where the source says its MD5, read again.
 * @throws DATASET_TOO_MANY_BAD_FILES, DATASET_INVALID for a label of a file that is not there, `fatalCodes` of the
 * source, and the signal's reason
 */
export async function importFiles(
  source: DatasetSource,
  store: ArtifactStore,
  options: ImportFilesOptions = {},
): Promise<ImportedFiles> {
  const { maxBadShare = defaultMaxBadShare, keepsOthers = false, onProgress, signal } = options;
  requireLabelledFiles(source);
  const wanted = source.files.filter((file) => keepsOthers || mayCount(file, source));
  const likelyImages = wanted.filter((file) => mayCount(file, source)).length;
  const result: ImportedFiles = {
    files: [],
    badFiles: [],
    unlabelled: [],
    newImages: 0,
    dvcFiles: [],
    sizeBytes: 0,
  };
  let done = 0;
  const take = (entry: SourceFileEntry) => {
    signal?.throwIfAborted();
    return keepSourceFile(entry, { store, counts: mayCount(entry, source), keepsOthers });
  };
  for await (const [, file] of readAhead(wanted, source.readAhead, async (entry) => take(entry))) {
    enter(file);
    if (result.badFiles.length > maxBadShare * likelyImages)
      throw tooManyBad(source.name, result.badFiles, likelyImages, maxBadShare);
    onProgress?.({ done: ++done, total: wanted.length });
    await nextTurn();
  }
  return result;

  function enter({ path, md5, facts, counts, isNew, bad }: KeptFile): void {
    if (bad !== undefined) result.badFiles.push({ path, reason: bad });
    if (!facts || md5 === null) return;
    result.dvcFiles.push({ path, md5 });
    result.sizeBytes += facts.sizeBytes;
    if (!counts || !facts.image) return;
    result.newImages += isNew ? 1 : 0;
    const labelled = source.labels.get(path);
    const label = labelled?.label ?? labelOfPath(path);
    if (label === null) {
      result.unlabelled.push(path);
      return;
    }
    const { digest, sizeBytes } = facts;
    const patientId = labelled?.patientId ?? facts.patientId;
    result.files.push({ path, digest, sizeBytes, md5, label, patientId, split: labelled?.split });
  }
}

/** Whether an entry is to be a case: an image by what is known so far, with a label of its own or of its folder. */
function mayCount({ kind, path }: SourceFileEntry, { labels }: DatasetSource): boolean {
  return kind !== "other" && (labels.has(path) || labels.size > 0 || labelOfPath(path) !== null);
}

function requireLabelledFiles({ name, files, labels }: DatasetSource): void {
  if (labels.size === 0) return;
  const paths = new Set(files.map((file) => file.path));
  const absent = [...labels.keys()].filter((path) => !paths.has(path));
  if (absent.length === 0) return;
  throw new PneumoscopeError(
    "DATASET_INVALID",
    `${name}: the table of labels names ${absent.length} file(s) that are not there: ` +
      `${absent.slice(0, namedFiles).join(", ")}${absent.length > namedFiles ? ", …" : ""}. ` +
      "Its column “file” holds paths inside the folder.",
  );
}

function tooManyBad(source: string, bad: BadFile[], total: number, maxBadShare: number): PneumoscopeError {
  const named = bad.slice(0, namedFiles).map((file) => `${file.path} (${file.reason})`);
  return new PneumoscopeError(
    "DATASET_TOO_MANY_BAD_FILES",
    `${source}: at least ${bad.length} of ${total} images cannot be used, more than the allowed ` +
      `${(maxBadShare * 100).toFixed(1)} %: ${named.join("; ")}${bad.length > namedFiles ? "; …" : ""}. ` +
      "Repair or remove them.",
  );
}
