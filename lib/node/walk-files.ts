import type { Dirent, Stats } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { FoundProblem, SourceBytes, SourceFile } from "@/lib/archive";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { isSystemError } from "./write-file";

/** As a person counts: IM2 before IM10. */
const byName = new Intl.Collator("en", { numeric: true }).compare;

/** A file or folder as a person typed it, and where it is. */
export interface TypedPath {
  typed: string;
  path: string;
}

/** A file of a folder; `path` as typed, followed by the way inside the folder. */
export interface WalkedFile extends SourceFile {
  path: string;
}

/**
 * Files and folders, at any depth, in the order given and in a folder by name; no file is opened. Links are
 * followed, each folder once.
 * @returns files for lib/archive's expand, and what does not exist or may not be read
 */
export async function* walkFiles(
  given: readonly TypedPath[],
): AsyncGenerator<WalkedFile | FoundProblem, void, void> {
  for (const { typed, path: absolute } of given) {
    const facts = await statOf(typed, absolute);
    if (facts instanceof PneumoscopeError) yield problem(typed, facts);
    else if (facts.isDirectory())
      yield* walkFolder(typed.replace(/[\\/]+$/, "") || typed, absolute, new Set());
    else if (facts.isFile()) yield walkedFile(typed, "", absolute, facts.size);
    else yield problem(typed, notAFile(typed));
  }
}

async function* walkFolder(
  shown: string,
  absolute: string,
  seen: Set<string>,
): AsyncGenerator<WalkedFile | FoundProblem, void, void> {
  let entries: Dirent[];
  try {
    const real = await realpath(absolute);
    if (seen.has(real)) return;
    seen.add(real);
    entries = await readdir(absolute, { withFileTypes: true });
  } catch (cause) {
    yield problem(shown, unreadable(shown, cause));
    return;
  }
  entries.sort((a, b) => byName(a.name, b.name));
  for (const entry of entries) {
    const inside = path.join(absolute, entry.name);
    const typed = path.join(shown, entry.name);
    if (entry.isDirectory()) {
      yield* walkFolder(typed, inside, seen);
      continue;
    }
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const facts = await statOf(typed, inside);
    if (facts instanceof PneumoscopeError) yield problem(typed, facts);
    else if (facts.isDirectory()) yield* walkFolder(typed, inside, seen);
    else if (facts.isFile()) yield walkedFile(typed, shown, inside, facts.size);
  }
}

function walkedFile(typed: string, folder: string, absolute: string, size: number): WalkedFile {
  return { name: path.basename(typed), folder, path: typed, blob: fileBytes(absolute, 0, size) };
}

/** A file on disk where a browser has a Blob. `fs.openAsBlob` still warns that it is experimental in Node 20. */
export function fileBytes(absolute: string, start: number, end: number): SourceBytes {
  const size = Math.max(0, end - start);
  return {
    size,
    slice: (from, to) => fileBytes(absolute, Math.min(end, start + from), Math.min(end, start + to)),
    async arrayBuffer() {
      const file = await open(absolute);
      try {
        const buffer = new ArrayBuffer(size);
        let filled = 0;
        while (filled < size) {
          const { bytesRead } = await file.read(
            new Uint8Array(buffer),
            filled,
            size - filled,
            start + filled,
          );
          if (bytesRead === 0) return buffer.slice(0, filled);
          filled += bytesRead;
        }
        return buffer;
      } finally {
        await file.close();
      }
    },
  };
}

async function statOf(typed: string, absolute: string): Promise<Stats | PneumoscopeError> {
  try {
    return await stat(absolute);
  } catch (cause) {
    if (!isSystemError(cause, "ENOENT")) return unreadable(typed, cause);
    return new PneumoscopeError("FILE_NOT_FOUND", `The file ${typed} does not exist.`, { cause });
  }
}

function unreadable(typed: string, cause: unknown): PneumoscopeError {
  return new PneumoscopeError("FILE_UNREADABLE", `${typed} cannot be read (${describeError(cause)}).`, {
    cause,
  });
}

function notAFile(typed: string): PneumoscopeError {
  return new PneumoscopeError("FILE_UNREADABLE", `${typed} is neither a file nor a folder.`);
}

function problem(typed: string, error: PneumoscopeError): FoundProblem {
  return { kind: "problem", name: path.basename(typed), folder: path.dirname(typed), error };
}
