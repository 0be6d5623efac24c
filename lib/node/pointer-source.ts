import { readFile } from "node:fs/promises";
import { kindOfName } from "@/lib/archive/what-is-it";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { labelTableName, parseLabelTable } from "@/lib/dataset/label-table";
import { type DatasetListing, parseListing } from "@/lib/dataset/listing";
import { type DvcFile, parseDirListing } from "@/lib/dvc/dir-listing";
import { type DvcPointer, listingPath, parsePointer } from "@/lib/dvc/pointer-file";
import type { DataRemote } from "@/lib/dvc/remote";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { digestOf } from "@/lib/manifest";
import { remotesOfRepository } from "./data-remotes/dvc-repository";
import { fetchObject } from "./data-remotes/fetch-object";
import { isRemoteUrl, openRemote } from "./data-remotes/open-remote";
import type { DatasetSource, SourceFileEntry } from "./dataset-source";
import { findFileByMd5, keepFile } from "./file-facts";

/** A `.dvc` file and where its objects are looked for, in this order. */
export interface OpenPointer {
  /** Where it was read. */
  address: string;
  pointer: DvcPointer;
  remotes: DataRemote[];
}

const parallelReads = 8;

/**
 * Reads a `.dvc` file: at a URL (`s3://…`, `https://…`) its objects lie beside it; of a file on this machine in the remote
 * that is given, else in the DVC repository's own remote and cache.
 * @throws DATA_POINTER_INVALID, DATA_OBJECT_MISSING where it is absent, DATA_REMOTE_FAILED, CONFIG_INVALID
 */
export async function openPointer(
  address: string,
  {
    remote,
    environment = process.env,
  }: { remote?: string | undefined; environment?: NodeJS.ProcessEnv } = {},
): Promise<OpenPointer> {
  const given = remote ? [openRemote(remote, environment)] : [];
  if (isRemoteUrl(address)) {
    const slash = address.lastIndexOf("/");
    const beside = openRemote(address.slice(0, slash), environment);
    const bytes = await beside.read(address.slice(slash + 1));
    if (!bytes) throw absent(address);
    const pointer = parsePointer(new TextDecoder().decode(bytes), address);
    return { address, pointer, remotes: [...given, beside] };
  }
  const text = await readFile(address, "utf8").catch((cause) => {
    throw absent(address, cause);
  });
  const remotes = [...given, ...(await remotesOfRepository(address))];
  return { address, pointer: parsePointer(text, address), remotes };
}

/** The files that a pointer names, each hashed as it is fetched, and the version that it says they are. */
export interface PointerSource extends DatasetSource {
  listing: { digest: Digest; listing: DatasetListing } | null;
}

/**
 * @throws DATA_OBJECT_MISSING, DATA_OBJECT_CORRUPT, DATA_LISTING_INVALID, DATA_REMOTE_FAILED; DATASET_INVALID for a table
 * of labels that cannot be read
 */
export async function pointerSource(opened: OpenPointer, store: ArtifactStore): Promise<PointerSource> {
  const files = await readDirObject(opened, store);
  const listing = await readListing(opened, store);
  const digests = new Map(listing?.listing.cases.map((item) => [item.path, item]));
  const md5s = new Map(files.map((file) => [file.path, file.md5]));
  for (const item of digests.values())
    if (md5s.get(item.path) !== item.md5)
      throw new PneumoscopeError(
        "DATA_LISTING_INVALID",
        `The dataset version of ${opened.address} names ${item.path}, which its folder listing does not hold as such.`,
      );
  const { remotes, pointer } = opened;
  const { generation } = pointer;
  const entries = files.map(({ path, md5 }): SourceFileEntry => {
    const digest = digests.get(path)?.digest;
    return {
      path,
      md5,
      kind: kindOfPath(path),
      read: () => fetchObject(remotes, { md5, generation, digest, shownAs: path }),
    };
  });
  const labels = await readLabels(entries, store);
  return { name: opened.address, files: entries, labels, readAhead: parallelReads, listing };
}

async function readDirObject({ pointer, remotes }: OpenPointer, store: ArtifactStore): Promise<DvcFile[]> {
  const { md5, generation } = pointer;
  const known = await findFileByMd5(store, md5);
  const bytes = known
    ? await store.get(known.digest)
    : await fetchObject(remotes, { md5, suffix: ".dir", generation });
  const files = parseDirListing(new TextDecoder().decode(bytes), `${md5}.dir`);
  if (!known) await keepFile(store, bytes, { md5, image: false });
  return files;
}

/** Our own listing of the same folder, where the pointer names one and a remote or the store has it. */
async function readListing(
  { pointer, remotes }: OpenPointer,
  store: ArtifactStore,
): Promise<PointerSource["listing"]> {
  const digest = pointer.listing;
  if (!digest) return null;
  if (await store.stat(digest)) return { digest, listing: parseListing(await store.get(digest)) };
  for (const remote of remotes) {
    const bytes = await remote.read(listingPath(digest));
    if (!bytes) continue;
    const actual = await digestOf(bytes);
    if (actual !== digest)
      throw new PneumoscopeError(
        "DATA_OBJECT_CORRUPT",
        `${listingPath(digest)} of ${remote.name} hashes to ${actual}. It was damaged or exchanged and is not used. ` +
          "Delete it there and push the data again from where it is whole.",
      );
    return { digest, listing: parseListing(bytes) };
  }
  return null;
}

async function readLabels(
  entries: SourceFileEntry[],
  store: ArtifactStore,
): Promise<DatasetSource["labels"]> {
  const entry = entries.find((file) => file.path === labelTableName);
  if (!entry) return new Map();
  const known = entry.md5 === undefined ? null : await findFileByMd5(store, entry.md5);
  const bytes = known ? await store.get(known.digest) : await entry.read();
  const rows = parseLabelTable(new TextDecoder().decode(bytes), labelTableName);
  return new Map(rows.map((row) => [row.path, row]));
}

/** What the name alone tells of a file of a data set. */
export function kindOfPath(path: string): SourceFileEntry["kind"] {
  const slash = path.lastIndexOf("/");
  const kind = kindOfName(path.slice(slash + 1), path.slice(0, Math.max(0, slash)))?.kind;
  if (kind === undefined) return path === labelTableName ? "other" : "unknown";
  return kind === "candidate" ? "image" : "other";
}

function absent(address: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "DATA_OBJECT_MISSING",
    `There is no .dvc file at ${address}${cause ? ` (${describeError(cause)})` : ""}.`,
    { cause },
  );
}
