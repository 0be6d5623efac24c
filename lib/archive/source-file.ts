import type { PneumoscopeError } from "@/lib/errors";

/** What bytes are read through: a browser's Blob or File is one, and so is a file on disk (lib/node/walk-files). */
export interface SourceBytes {
  readonly size: number;
  /** @param start, end bytes, `end` not included */
  slice(start: number, end: number): SourceBytes;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A file as a person gave it: dropped, chosen or named on the command line. */
export interface SourceFile {
  name: string;
  /** The folder it came in, with "/" between levels; empty for a file given by itself. */
  folder: string;
  blob: SourceBytes;
  /** Why it cannot be opened; its `blob` is then empty. */
  unreadable?: string;
}

/** Something that may be an image. Nothing of it stays in memory until `read`. */
export interface FoundFile {
  kind: "file";
  /** For display: without paths, control characters and direction marks. */
  name: string;
  /** For display: its folder, or its archive and the folder inside; empty for a file given by itself. */
  folder: string;
  /** As its folder or archive says; what `read` gives may differ where that lies. */
  sizeBytes: number;
  /** @throws FILE_TOO_LARGE, FILE_UNREADABLE, and for files in archives the ARCHIVE_ errors */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Something that was given and holds no image that can be read; the others go on. */
export interface FoundProblem {
  kind: "problem";
  name: string;
  folder: string;
  error: PneumoscopeError;
}
