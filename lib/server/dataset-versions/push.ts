import type { DatasetVersion } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { listingPath, objectPath, writePointer } from "@/lib/dvc/pointer-file";
import type { DataRemote } from "@/lib/dvc/remote";
import { inParallel } from "@/lib/node/in-parallel";
import { type DvcFolder, dvcFolderOf } from "./dvc-folder";

export interface PushOptions {
  /** Of the `.dvc` file in the remote's root, and of the folder that it names. */
  name: string;
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
}

export interface Pushed {
  /** Objects of the version, and how many of them the remote did not hold yet. */
  objects: number;
  written: number;
  writtenBytes: number;
  /** The `.dvc` file's text. */
  pointer: string;
  /** Where the remote keeps it. */
  pointerPath: string;
}

const parallelTransfers = 8;

/**
 * Brings a version to a remote: files first, then the folder's listing, then ours, and the `.dvc` file last, so that
 * whoever finds it finds everything. What the remote holds in the right size is not sent again.
 * @throws DATA_REMOTE_READ_ONLY, DATA_REMOTE_FAILED, ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, the signal's reason
 */
export async function pushVersion(
  version: Pick<DatasetVersion, "digest" | "dvcMd5">,
  remote: DataRemote,
  store: ArtifactStore,
  { name, onProgress, signal }: PushOptions,
): Promise<Pushed> {
  const folder = await dvcFolderOf(version, store);
  const objects = distinctObjects(folder);
  let written = 0;
  let writtenBytes = 0;
  let done = 0;
  const send = async ({ path, digest, sizeBytes }: RemoteObject) => {
    signal?.throwIfAborted();
    if ((await remote.sizeOf(path)) !== sizeBytes) {
      await remote.write(path, await store.get(digest));
      written++;
      writtenBytes += sizeBytes;
    }
    onProgress?.({ done: ++done, total: objects.length });
  };
  await inParallel(objects, parallelTransfers, send);
  await remote.write(objectPath(folder.md5, ".dir"), await store.get(folder.dirDigest));
  await remote.write(listingPath(version.digest), await store.get(version.digest));
  const { md5, sizeBytes, files } = folder;
  const pointer = writePointer({
    md5,
    sizeBytes,
    fileCount: files.length,
    path: name,
    listing: version.digest,
  });
  const pointerPath = `${name}.dvc`;
  await remote.write(pointerPath, new TextEncoder().encode(pointer));
  return { objects: objects.length, written, writtenBytes, pointer, pointerPath };
}

export interface RemoteState {
  objects: number;
  missing: number;
  missingBytes: number;
}

/** How much of a version a remote does not hold. @throws DATA_REMOTE_FAILED, ARTIFACT_NOT_FOUND */
export async function compareWithRemote(
  version: Pick<DatasetVersion, "digest" | "dvcMd5">,
  remote: DataRemote,
  store: ArtifactStore,
): Promise<RemoteState> {
  const objects = distinctObjects(await dvcFolderOf(version, store));
  const state: RemoteState = { objects: objects.length, missing: 0, missingBytes: 0 };
  await inParallel(objects, parallelTransfers, async ({ path, sizeBytes }) => {
    if ((await remote.sizeOf(path)) === sizeBytes) return;
    state.missing++;
    state.missingBytes += sizeBytes;
  });
  return state;
}

interface RemoteObject {
  path: string;
  digest: Digest;
  sizeBytes: number;
}

/** The files of a folder as objects: the same bytes at several paths are one. */
function distinctObjects({ files }: DvcFolder): RemoteObject[] {
  const objects = new Map<string, RemoteObject>();
  for (const { md5, digest, sizeBytes } of files)
    objects.set(md5, { path: objectPath(md5), digest, sizeBytes });
  return [...objects.values()];
}
