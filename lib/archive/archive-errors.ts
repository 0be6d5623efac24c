import { describeError, PneumoscopeError } from "@/lib/errors";

export function damaged(archive: string, what: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "ARCHIVE_DAMAGED",
    `The archive ${archive} is damaged: ${what}. Copy or make it again.`,
    cause === undefined ? {} : { cause },
  );
}

export function encrypted(what: string): PneumoscopeError {
  return new PneumoscopeError(
    "ARCHIVE_ENCRYPTED",
    `${what} is password-protected. Unpack the archive with its password and choose the files.`,
  );
}

export function nested(name: string, archive: string): PneumoscopeError {
  return new PneumoscopeError(
    "ARCHIVE_NESTED",
    `${name} is an archive inside the archive ${archive}; only one level is opened. Unpack ${archive} first.`,
  );
}

export function unsupportedArchive(what: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "ARCHIVE_UNSUPPORTED",
    `${what}. Unpack it and choose the files, or pack them as an ordinary ZIP.`,
    cause === undefined ? {} : { cause },
  );
}

export function archiveTooLarge(what: string): PneumoscopeError {
  return new PneumoscopeError("ARCHIVE_TOO_LARGE", `${what}. Unpack the archive, or split it.`);
}

/** An archive made to fill a disk or a memory. */
export function bomb(name: string, what: string): PneumoscopeError {
  return new PneumoscopeError(
    "ARCHIVE_TOO_LARGE",
    `${name} is not unpacked: ${what}, as in an archive made to fill the memory. ` +
      "If it is what you meant to open, unpack it yourself and choose the file.",
  );
}

export function emptyArchive(archive: string, skipped: number): PneumoscopeError {
  const what = skipped === 0 ? "is empty" : "holds no image: its files are texts, indexes or programs";
  return new PneumoscopeError("ARCHIVE_EMPTY", `The archive ${archive} ${what}. Choose another.`);
}

export function fileTooLarge(name: string, sizeBytes: number, limitBytes: number): PneumoscopeError {
  const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  return new PneumoscopeError(
    "FILE_TOO_LARGE",
    `The file ${name} has ${mebibytes(sizeBytes)}; at most ${mebibytes(limitBytes)} are read. Export the one image you need.`,
  );
}

export function unreadable(name: string, cause: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "FILE_UNREADABLE",
    `The file ${name} cannot be read (${describeError(cause)}). It may have been moved, deleted or locked; choose it again.`,
    { cause },
  );
}
