import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type { ArtifactInfo, ArtifactStore, Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { inDataDirectory } from "./data-directory";
import { isSystemError, writeFileAtomic } from "./write-file";

const staleTemporaryMs = 24 * 60 * 60 * 1000;

/** The store of this machine, in data/artifacts. */
export function localArtifactStore(): ArtifactStore {
  return folderArtifactStore(inDataDirectory("artifacts"));
}

/**
 * An ArtifactStore in a folder: `sha256/ab/<64 hex>` for bytes, `pointers/<name>` for pointers.
 * Safe for several processes at once: files appear by rename, complete or not at all.
 */
export function folderArtifactStore(folder: string): ArtifactStore {
  const temporaryFolder = path.join(folder, "tmp");
  let swept: Promise<void> | undefined;

  async function put(bytes: Uint8Array): Promise<ArtifactInfo> {
    swept ??= sweep(temporaryFolder);
    await swept;
    const digest = sha256Digest(bytes);
    const file = artifactPath(folder, digest);
    if (!((await holds(file, bytes)) && (await renewed(file))))
      await writeFileAtomic(file, bytes, { temporaryFolder });
    return { digest, sizeBytes: bytes.byteLength };
  }

  async function info(digest: Digest): Promise<ArtifactInfo | null> {
    return unlessAbsent(async () => {
      const { size } = await stat(artifactPath(folder, digest));
      return { digest, sizeBytes: size };
    });
  }

  async function renew(digest: Digest): Promise<ArtifactInfo | null> {
    return (await renewed(artifactPath(folder, digest))) ? info(digest) : null;
  }

  async function storedAt(digest: Digest): Promise<Date | null> {
    return unlessAbsent(async () => (await stat(artifactPath(folder, digest))).mtime);
  }

  async function get(digest: Digest): Promise<Uint8Array> {
    const file = artifactPath(folder, digest);
    const bytes = await readFile(file).catch((error) => {
      throw isSystemError(error, "ENOENT") ? missing(digest, folder) : error;
    });
    const actual = sha256Digest(bytes);
    if (actual === digest) return bytes;
    throw new PneumoscopeError(
      "ARTIFACT_CORRUPT",
      `${file} hashes to ${actual}: the file was changed or the disk is failing. Delete it and import the data again.`,
    );
  }

  async function stream(
    digest: Digest,
    range?: { start: number; end: number },
  ): Promise<ReadableStream<Uint8Array>> {
    if (!(await info(digest))) throw missing(digest, folder);
    return Readable.toWeb(
      createReadStream(artifactPath(folder, digest), range),
    ) as ReadableStream<Uint8Array>;
  }

  async function remove(digest: Digest): Promise<void> {
    await rm(artifactPath(folder, digest), { force: true });
  }

  async function readPointer(name: string): Promise<string | null> {
    return unlessAbsent(() => readFile(pointerPath(folder, name), "utf8"));
  }

  async function writePointer(name: string, text: string): Promise<void> {
    await writeFileAtomic(pointerPath(folder, name), text, { temporaryFolder });
  }

  async function* pointersBelow(name: string): AsyncGenerator<string> {
    const entries = await unlessAbsent(() => readdir(pointerPath(folder, name), { withFileTypes: true }));
    for (const entry of entries ?? []) {
      const below = `${name}/${entry.name}`;
      if (entry.isDirectory()) yield* pointersBelow(below);
      else yield below;
    }
  }

  async function removePointer(name: string): Promise<void> {
    await rm(pointerPath(folder, name), { force: true });
  }

  return {
    put,
    stat: info,
    renew,
    storedAt,
    get,
    stream,
    remove,
    readPointer,
    writePointer,
    pointersBelow,
    removePointer,
  };
}

async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}

/** @returns whether the file is there */
async function renewed(file: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(file, now, now);
  } catch (error) {
    // Another user's files, or a disk that is only read, can be used and not renewed.
    if (!["EPERM", "EACCES", "EROFS"].some((code) => isSystemError(error, code)))
      return (await unlessAbsent(() => Promise.reject(error))) ?? false;
  }
  return true;
}

function sha256Digest(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function artifactPath(folder: string, digest: Digest): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (!hex) throw new PneumoscopeError("ARTIFACT_NOT_FOUND", `“${digest}” is not an artifact digest.`);
  return path.join(folder, "sha256", hex.slice(0, 2), hex);
}

function pointerPath(folder: string, name: string): string {
  if (!/^[a-z0-9-]+(\/[a-z0-9-]+)*$/.test(name)) throw new Error(`“${name}” is not a pointer name.`);
  return path.join(folder, "pointers", name);
}

function missing(digest: Digest, folder: string): PneumoscopeError {
  return new PneumoscopeError("ARTIFACT_NOT_FOUND", `The artifact ${digest} is not in ${folder}.`);
}

/** Compares bytes, not just names, so that storing again repairs a damaged file. */
async function holds(file: string, bytes: Uint8Array): Promise<boolean> {
  const isSame = await unlessAbsent(
    async () =>
      (await stat(file)).size === bytes.byteLength && Buffer.compare(await readFile(file), bytes) === 0,
  );
  return isSame ?? false;
}

/** Removes what killed processes left half-written. */
async function sweep(temporaryFolder: string): Promise<void> {
  const names = await readdir(temporaryFolder).catch(() => []);
  for (const name of names) {
    const file = path.join(temporaryFolder, name);
    const age = Date.now() - ((await stat(file).catch(() => null))?.mtimeMs ?? Date.now());
    if (age > staleTemporaryMs) await rm(file, { force: true });
  }
}
