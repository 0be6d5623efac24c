/**
 * Where the objects of dataset versions lie outside this machine, laid out as DVC lays out a remote. Paths are relative
 * to its root, with forward slashes. What comes back is not to be trusted before it has been hashed.
 */
export interface DataRemote {
  /** For messages and records; holds no secret. */
  readonly name: string;
  readonly isReadOnly: boolean;
  /** @returns the size in bytes, null where there is no such object @throws DATA_REMOTE_FAILED */
  sizeOf(path: string): Promise<number | null>;
  /** @returns the whole object, null where there is none @throws DATA_REMOTE_FAILED */
  read(path: string): Promise<Uint8Array | null>;
  /** Writes an object whole or not at all. @throws DATA_REMOTE_READ_ONLY, DATA_REMOTE_FAILED, DISK_FULL */
  write(path: string, bytes: Uint8Array): Promise<void>;
}
