import * as zip from "@zip.js/zip.js/lib/zip-core-reader.js";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { archiveTooLarge, damaged, encrypted, unsupportedArchive } from "./archive-errors";
import type { SourceBytes } from "./source-file";
import { zipSource } from "./zip-source";

/** A file of a ZIP archive, as the archive's directory states it. */
export interface ZipEntry {
  /** As stated: never opened, shown only through displayPath. */
  path: string;
  encrypted: boolean;
  /** 0 stored, 8 deflated, others named only. */
  method: number;
  /** Where its local header begins. */
  offset: number;
  packedBytes: number;
  statedBytes: number;
  crc32: number;
}

/** No worker: the page's policy forbids them from blobs. Names are judged here. */
const readerOptions = { useWebWorkers: false, filenameValidation: "tolerant" } as const;

/**
 * The files of an archive, without folders, in the order of its directory; ZIP64, and names in any encoding. Of the
 * library's entries only what is needed is kept: they take 8 kB each.
 * @throws ARCHIVE_DAMAGED, ARCHIVE_ENCRYPTED, ARCHIVE_UNSUPPORTED, ARCHIVE_TOO_LARGE
 */
export async function readZipDirectory(
  blob: SourceBytes,
  archive: string,
  mostEntries: number,
): Promise<ZipEntry[]> {
  const reader = new zip.ZipReader(zipSource(blob), readerOptions);
  const entries: ZipEntry[] = [];
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entry.directory) continue;
      if (entries.length === mostEntries)
        throw archiveTooLarge(`The archive ${archive} holds more than ${mostEntries} files`);
      entries.push({
        path: entry.filename,
        encrypted: entry.encrypted,
        method: entry.compressionMethod,
        offset: entry.offset,
        packedBytes: entry.compressedSize,
        statedBytes: entry.uncompressedSize,
        crc32: (entry.crc32 ?? 0) >>> 0,
      });
    }
  } catch (cause) {
    throw directoryError(archive, cause);
  }
  return entries;
}

/** zip.js tells its failures apart by their messages. */
function directoryError(archive: string, cause: unknown): PneumoscopeError {
  if (cause instanceof PneumoscopeError) return cause;
  const message = describeError(cause);
  if (message === zip.ERR_ENCRYPTED_CENTRAL_DIRECTORY) return encrypted(`The archive ${archive}`);
  if (message === zip.ERR_SPLIT_ZIP_FILE)
    return unsupportedArchive(`${archive} is one part of an archive in several parts`, cause);
  return damaged(archive, message, cause);
}
