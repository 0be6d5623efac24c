import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { buildListing, type DatasetFile, labelOfPath } from "@/lib/dataset/build-listing";
import { canonicalListingBytes, type DatasetListing } from "@/lib/dataset/listing";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { digestOf } from "@/lib/manifest";
import { decodeImage } from "@/lib/xray/decode-image";
import { onlyImages } from "./may-be-image";
import { isSystemError } from "./write-file";

/** A file of a dataset folder that cannot be used; `path` is relative to the folder. */
export interface BadFile {
  path: string;
  reason: string;
}

export interface ImportOptions {
  /** The largest share of unusable files that is tolerated; they are named and left out. */
  maxBadShare?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
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
  const maxBadShare = options.maxBadShare ?? defaultMaxBadShare;
  const paths = await imagePaths(folder);
  const files: DatasetFile[] = [];
  const badFiles: BadFile[] = [];
  let newImages = 0;
  for (const [index, relative] of paths.entries()) {
    const outcome = await importFile(folder, relative, store);
    if ("reason" in outcome) badFiles.push(outcome);
    else {
      files.push(outcome.file);
      newImages += outcome.isNew ? 1 : 0;
    }
    if (badFiles.length > maxBadShare * paths.length)
      throw tooManyBad(folder, badFiles, paths.length, maxBadShare);
    options.onProgress?.({ done: index + 1, total: paths.length });
    await nextTurn();
  }
  const listing = listingOf(folder, files);
  const { digest } = await store.put(canonicalListingBytes(listing));
  return { listing, listingDigest: digest, badFiles, newImages };
}

function listingOf(folder: string, files: DatasetFile[]): DatasetListing {
  try {
    return buildListing(files);
  } catch (error) {
    if (!(error instanceof PneumoscopeError)) throw error;
    throw new PneumoscopeError(error.code, `${folder}: ${error.message}`, { cause: error });
  }
}

async function importFile(
  folder: string,
  relative: string,
  store: ArtifactStore,
): Promise<{ file: DatasetFile; isNew: boolean } | BadFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path.join(folder, relative));
  } catch (error) {
    await requireFolder(folder, "vanished while it was being read");
    // A folder that is being deleted or moved loses its files first.
    if (isSystemError(error, "ENOENT")) throw vanished(folder, relative);
    return { path: relative, reason: describeError(error) };
  }
  const digest = await digestOf(bytes);
  const known = await store.stat(digest);
  if (known?.sizeBytes !== bytes.byteLength) {
    // What the store holds under this digest was decoded when it came in.
    try {
      await decodeImage(bytes);
    } catch (error) {
      return { path: relative, reason: describeError(error) };
    }
    await store.put(bytes);
  }
  return { file: { path: relative, digest, sizeBytes: bytes.byteLength }, isNew: known === null };
}

async function imagePaths(folder: string): Promise<string[]> {
  await requireFolder(folder, "does not exist or is no folder");
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (cause) {
    await requireFolder(folder, "vanished while it was being read");
    throw new PneumoscopeError("DATASET_NOT_FOUND", `${folder} cannot be read: ${describeError(cause)}`, {
      cause,
    });
  }
  const labelled = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((relative) => labelOfPath(relative) !== null);
  return onlyImages(folder, labelled.sort());
}

async function requireFolder(folder: string, failure: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    if (!isSystemError(error, "ENOENT") && !isSystemError(error, "ENOTDIR")) throw error;
  }
  throw new PneumoscopeError(
    "DATASET_NOT_FOUND",
    `The dataset folder ${folder} ${failure}. It must hold a folder NORMAL and a folder PNEUMONIA with DICOM, JPEG, PNG, WebP, BMP or TIFF files.`,
  );
}

function vanished(folder: string, relative: string): PneumoscopeError {
  return new PneumoscopeError(
    "DATASET_NOT_FOUND",
    `${relative} vanished from ${folder} while it was being read. Leave the folder alone until the run has read it.`,
  );
}

function tooManyBad(folder: string, bad: BadFile[], total: number, maxBadShare: number): PneumoscopeError {
  const named = bad.slice(0, namedFiles).map((file) => `${file.path} (${file.reason})`);
  return new PneumoscopeError(
    "DATASET_TOO_MANY_BAD_FILES",
    `${folder}: at least ${bad.length} of ${total} images cannot be used, more than the allowed ` +
      `${(maxBadShare * 100).toFixed(1)} %: ${named.join("; ")}${bad.length > namedFiles ? "; …" : ""}. ` +
      "Repair or remove them.",
  );
}
