import type { LabelledPath } from "@/lib/dataset/label-table";
import type { Md5 } from "@/lib/dvc/md5";

/** One file of a data set that is to be imported. */
export interface SourceFileEntry {
  /** Inside the data set, with forward slashes. */
  path: string;
  /** By its name or first bytes; "unknown" is told by its bytes when they are read. */
  kind: "image" | "other" | "unknown";
  /** What the source says that it is; the store is asked for it before anything is read. */
  md5?: Md5;
  /**
   * @throws an error with a code of `fatalCodes` where the whole source cannot be used, any other where this file cannot
   */
  read(): Promise<Uint8Array>;
}

/** Where the files of a dataset version come from: a folder, an archive, a remote. */
export interface DatasetSource {
  /** For messages. */
  name: string;
  files: SourceFileEntry[];
  /** Goes before what paths tell. */
  labels: ReadonlyMap<string, LabelledPath>;
  /** How many files are read and stored at once. */
  readAhead: number;
}

/** Errors of a file's `read` that end the import. */
export const fatalCodes: ReadonlySet<string> = new Set([
  "DATASET_NOT_FOUND",
  "DATA_OBJECT_MISSING",
  "DATA_OBJECT_CORRUPT",
  "DATA_REMOTE_FAILED",
  "DISK_FULL",
]);
