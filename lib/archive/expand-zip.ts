import type { FileEntry } from "@zip.js/zip.js";
import * as zip from "@zip.js/zip.js/lib/zip-core-reader.js";
import { describeError, PneumoscopeError } from "@/lib/errors";
import {
  archiveTooLarge,
  bomb,
  damaged,
  emptyArchive,
  encrypted,
  nested,
  unsupportedArchive,
} from "./archive-errors";
import { displayPath, joinPath } from "./display-path";
import type { ExpandLimits } from "./limits";
import type { FoundFile, FoundProblem, SourceBytes } from "./source-file";
import { headBytes, type Kind, kindOfContent, kindOfName } from "./what-is-it";
import { zipSource } from "./zip-reader";

interface ZipOptions {
  limits: ExpandLimits;
  signal: AbortSignal | undefined;
  onSkipped(path: string): void;
}

/** No worker: the page's policy forbids them from blobs, and the inflater is the browser's own. */
const readerOptions = {
  useWebWorkers: false,
  filenameValidation: "tolerant",
  checkCrc32: true,
} as const;

/**
 * The files of a ZIP archive, from its directory; each is inflated when it is read, and measured while it is.
 * @throws ARCHIVE_DAMAGED, ARCHIVE_ENCRYPTED, ARCHIVE_UNSUPPORTED, ARCHIVE_TOO_LARGE, ARCHIVE_EMPTY of the whole
 */
export async function* expandZip(
  blob: SourceBytes,
  archive: { name: string; folder: string },
  options: ZipOptions,
): AsyncGenerator<FoundFile | FoundProblem, void, void> {
  const entries = await listEntries(blob, archive.name, options.limits);
  if (entries.length > 0 && entries.every((entry) => entry.encrypted))
    throw encrypted(`The archive ${archive.name}`);
  const overlapping = findOverlaps(entries);
  const budget = createBudget(archive.name, options.limits);
  const inside = joinPath(archive.folder, archive.name);
  let found = 0;
  let skipped = 0;
  for (const entry of entries) {
    if (options.signal?.aborted) return;
    const path = displayPath(entry.filename);
    const shown = { name: path.name, folder: joinPath(inside, path.folder) };
    try {
      if (kindOfName(path.name, path.folder)?.kind !== "clutter") {
        if (entry.encrypted) throw encrypted(path.name);
        if (overlapping.has(entry)) throw bomb(path.name, "its data is also that of another file");
      }
      const kind = await kindOfEntry(entry, path, archive.name);
      if (kind.kind === "clutter") {
        skipped++;
        options.onSkipped(joinPath(shown.folder, shown.name));
        continue;
      }
      if (kind.kind !== "candidate") throw nested(path.name, archive.name);
      yield {
        kind: "file",
        ...shown,
        sizeBytes: entry.uncompressedSize,
        read: () => inflate(entry, path.name, archive.name, budget),
      };
    } catch (error) {
      if (!(error instanceof PneumoscopeError)) throw error;
      yield { kind: "problem", ...shown, error };
    }
    found++;
  }
  if (found === 0) throw emptyArchive(archive.name, skipped);
}

/** @returns the files, without folders, in the order of the archive's directory */
async function listEntries(blob: SourceBytes, archive: string, limits: ExpandLimits): Promise<FileEntry[]> {
  const reader = new zip.ZipReader(zipSource(blob), readerOptions);
  const entries: FileEntry[] = [];
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entry.directory) continue;
      entries.push(entry);
      if (entries.length > limits.entries)
        throw archiveTooLarge(`The archive ${archive} holds more than ${limits.entries} files`);
    }
  } catch (cause) {
    throw archiveError(archive, archive, cause);
  }
  return entries;
}

/** Files that share bytes of the archive: one bomb's core under many names. */
function findOverlaps(entries: FileEntry[]): Set<FileEntry> {
  const overlapping = new Set<FileEntry>();
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < end) overlapping.add(entry);
    else end = entry.offset + entry.compressedSize;
  }
  return overlapping;
}

async function kindOfEntry(
  entry: FileEntry,
  path: { name: string; folder: string },
  archive: string,
): Promise<Kind> {
  return kindOfName(path.name, path.folder) ?? kindOfContent(path.name, await readHead(entry, archive));
}

/** Inflates no more than the first bytes. */
async function readHead(entry: FileEntry, archive: string): Promise<Uint8Array> {
  const stop = new AbortController();
  const head = new Uint8Array(headBytes);
  let filled = 0;
  const sink = new WritableStream<Uint8Array>({
    write(chunk) {
      const part = chunk.subarray(0, headBytes - filled);
      head.set(part, filled);
      filled += part.length;
      if (filled === headBytes) stop.abort();
    },
  });
  try {
    await entry.getData(sink, { signal: stop.signal, checkCrc32: false });
  } catch (cause) {
    if (!stop.signal.aborted) throw archiveError(entry.filename, archive, cause);
  }
  return head.subarray(0, filled);
}

interface Budget {
  limits: ExpandLimits;
  /** @param inflatedBytes so far of this entry @throws ARCHIVE_TOO_LARGE */
  charge(entry: FileEntry, name: string, inflatedBytes: number): void;
}

/** Counts what comes out of one archive; a file that is read again is counted once. */
function createBudget(archive: string, limits: ExpandLimits): Budget {
  const measured = new Map<FileEntry, number>();
  let total = 0;
  return {
    limits,
    charge(entry, name, inflatedBytes) {
      const before = measured.get(entry) ?? 0;
      if (inflatedBytes > before) {
        total += inflatedBytes - before;
        measured.set(entry, inflatedBytes);
      }
      const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
      if (inflatedBytes > limits.bytesPerFile)
        throw bomb(name, `it grows beyond ${mebibytes(limits.bytesPerFile)} MiB`);
      const ratio = inflatedBytes / Math.max(1, entry.compressedSize);
      if (inflatedBytes > limits.ratioFromBytes && ratio > limits.ratio)
        throw bomb(name, `it grows to more than ${limits.ratio} times its packed size`);
      if (total > limits.bytesPerArchive)
        throw archiveTooLarge(
          `The files of ${archive} together grow beyond ${mebibytes(limits.bytesPerArchive)} MiB`,
        );
    },
  };
}

async function inflate(
  entry: FileEntry,
  name: string,
  archive: string,
  budget: Budget,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let inflatedBytes = 0;
  let refusal: unknown;
  const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(chunk) {
      inflatedBytes += chunk.length;
      try {
        budget.charge(entry, name, inflatedBytes);
      } catch (error) {
        refusal = error;
        throw error;
      }
      chunks.push(chunk);
    },
  });
  try {
    await entry.getData(sink);
  } catch (cause) {
    throw refusal ?? archiveError(name, archive, cause);
  }
  return concatenate(chunks, inflatedBytes);
}

function concatenate(chunks: Uint8Array<ArrayBuffer>[], bytes: number): Uint8Array<ArrayBuffer> {
  const [only] = chunks;
  if (chunks.length === 1 && only?.byteOffset === 0 && only.buffer.byteLength === bytes) return only;
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const encryptionMessages: string[] = [
  zip.ERR_ENCRYPTED,
  zip.ERR_ENCRYPTED_CENTRAL_DIRECTORY,
  zip.ERR_UNSUPPORTED_ENCRYPTION,
];

/** zip.js tells its failures apart by their messages. */
function archiveError(name: string, archive: string, cause: unknown): PneumoscopeError {
  if (cause instanceof PneumoscopeError) return cause;
  const message = describeError(cause);
  if (encryptionMessages.includes(message))
    return encrypted(name === archive ? `The archive ${archive}` : name);
  if (message === zip.ERR_SPLIT_ZIP_FILE)
    return unsupportedArchive(`${archive} is one part of an archive in several parts`, cause);
  if (message === zip.ERR_UNSUPPORTED_COMPRESSION)
    return unsupportedArchive(`${name} is packed in ${archive} by a method that is not supported`, cause);
  return damaged(archive, name === archive ? message : `${name}: ${message}`, cause);
}
