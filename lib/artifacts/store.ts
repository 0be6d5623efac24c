/** "sha256:" and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;

export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

export interface ArtifactInfo {
  digest: Digest;
  sizeBytes: number;
}

/**
 * Where immutable bytes live, addressed by their SHA-256. A folder by default; an object store can fill it.
 * A write is visible whole or not at all. Pointers are small named texts that are replaced atomically.
 */
export interface ArtifactStore {
  /** Stores bytes and returns their address. Storing the same bytes again only renews them. */
  put(bytes: Uint8Array): Promise<ArtifactInfo>;
  /** @returns the size, or null where the artifact is absent */
  stat(digest: Digest): Promise<ArtifactInfo | null>;
  /** As stat, for who is about to refer to it: from now on it counts as just stored. */
  renew(digest: Digest): Promise<ArtifactInfo | null>;
  /** When it was last stored or renewed; null where the artifact is absent. */
  storedAt(digest: Digest): Promise<Date | null>;
  /** Reads an artifact and hashes it. @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT */
  get(digest: Digest): Promise<Uint8Array>;
  /** Bytes `start` to `end` (inclusive), unverified, for HTTP range requests. @throws ARTIFACT_NOT_FOUND */
  stream(digest: Digest, range?: { start: number; end: number }): Promise<ReadableStream<Uint8Array>>;
  /** Removes an artifact that nothing needs any more; of one that is absent nothing happens. */
  remove(digest: Digest): Promise<void>;
  readPointer(name: string): Promise<string | null>;
  writePointer(name: string, text: string): Promise<void>;
  /** The names of the pointers below a folder of names ("md5"), in no order. */
  pointersBelow(folder: string): AsyncIterable<string>;
  removePointer(name: string): Promise<void>;
}
