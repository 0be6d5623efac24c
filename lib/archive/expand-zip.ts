import { PneumoscopeError } from "@/lib/errors";
import { archiveTooLarge, bomb, emptyArchive, encrypted, nested } from "./archive-errors";
import { displayPath, joinPath } from "./display-path";
import type { ExpandLimits } from "./limits";
import { readZipEntry, readZipHead } from "./read-zip-entry";
import type { FoundFile, FoundProblem, SourceBytes } from "./source-file";
import { headBytes, type Kind, kindOfContent, kindOfName } from "./what-is-it";
import { readZipDirectory, type ZipEntry } from "./zip-directory";

interface ZipOptions {
  limits: ExpandLimits;
  signal: AbortSignal | undefined;
  onSkipped(path: string): void;
}

/**
 * The files of a ZIP archive, from its directory; each is inflated when it is read, and measured while it is.
 * @throws ARCHIVE_DAMAGED, ARCHIVE_ENCRYPTED, ARCHIVE_UNSUPPORTED, ARCHIVE_TOO_LARGE, ARCHIVE_EMPTY of the whole
 */
export async function* expandZip(
  blob: SourceBytes,
  archive: { name: string; folder: string },
  options: ZipOptions,
): AsyncGenerator<FoundFile | FoundProblem, void, void> {
  const entries = await readZipDirectory(blob, archive.name, options.limits.entries);
  if (entries.length > 0 && entries.every((entry) => entry.encrypted))
    throw encrypted(`The archive ${archive.name}`);
  const overlapping = findOverlaps(entries);
  const budget = createBudget(archive.name, options.limits);
  const inside = joinPath(archive.folder, archive.name);
  let found = 0;
  let skipped = 0;
  for (const entry of entries) {
    if (options.signal?.aborted) return;
    const path = displayPath(entry.path);
    const shown = { name: path.name, folder: joinPath(inside, path.folder) };
    try {
      if (kindOfName(path.name, path.folder)?.kind !== "clutter") {
        if (entry.encrypted) throw encrypted(path.name);
        if (overlapping.has(entry)) throw bomb(path.name, "its data is also that of another file");
      }
      const kind = await kindOfEntry(blob, entry, path);
      if (kind.kind === "clutter") {
        skipped++;
        options.onSkipped(joinPath(shown.folder, shown.name));
        continue;
      }
      if (kind.kind !== "candidate") throw nested(path.name, archive.name);
      yield {
        kind: "file",
        ...shown,
        sizeBytes: entry.statedBytes,
        async read() {
          budget.admit(entry, path.name);
          const names = { name: path.name, archive: archive.name };
          return readZipEntry(blob, entry, names, (bytes) => budget.charge(entry, bytes));
        },
      };
    } catch (error) {
      if (!(error instanceof PneumoscopeError)) throw error;
      yield { kind: "problem", ...shown, error };
    }
    found++;
  }
  if (found === 0) throw emptyArchive(archive.name, skipped);
}

/** Files that share bytes of the archive: one bomb's core under many names. */
function findOverlaps(entries: ZipEntry[]): Set<ZipEntry> {
  const overlapping = new Set<ZipEntry>();
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < end) overlapping.add(entry);
    else end = entry.offset + entry.packedBytes;
  }
  return overlapping;
}

/** What cannot be told is taken for an image; reading it says what is wrong. */
async function kindOfEntry(
  blob: SourceBytes,
  entry: ZipEntry,
  path: { name: string; folder: string },
): Promise<Kind> {
  const known = kindOfName(path.name, path.folder);
  if (known) return known;
  const head = await readZipHead(blob, entry, headBytes);
  return head ? kindOfContent(path.name, head) : { kind: "candidate" };
}

interface Budget {
  /** What the directory states of a file; no more than that is inflated. @throws ARCHIVE_TOO_LARGE */
  admit(entry: ZipEntry, name: string): void;
  /** @param inflatedBytes so far of this entry @throws ARCHIVE_TOO_LARGE */
  charge(entry: ZipEntry, inflatedBytes: number): void;
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;

/** Counts what comes out of one archive; a file that is read again is counted once. */
function createBudget(archive: string, limits: ExpandLimits): Budget {
  const measured = new Map<ZipEntry, number>();
  let total = 0;
  return {
    admit({ statedBytes, packedBytes }, name) {
      if (statedBytes > limits.bytesPerFile)
        throw bomb(name, `it grows beyond ${mebibytes(limits.bytesPerFile)}`);
      if (statedBytes > limits.ratioFromBytes && statedBytes > limits.ratio * packedBytes)
        throw bomb(name, `it grows to more than ${limits.ratio} times its packed size`);
    },
    charge(entry, inflatedBytes) {
      const before = measured.get(entry) ?? 0;
      if (inflatedBytes <= before) return;
      total += inflatedBytes - before;
      measured.set(entry, inflatedBytes);
      if (total > limits.bytesPerArchive)
        throw archiveTooLarge(
          `The files of ${archive} together grow beyond ${mebibytes(limits.bytesPerArchive)}`,
        );
    },
  };
}
