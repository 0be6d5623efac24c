import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { DataRemote } from "@/lib/dvc/remote";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { isSystemError, writeFileAtomic } from "../write-file";

/** A folder, on this machine or mounted; files appear in it by rename. */
export function folderRemote(folder: string): DataRemote {
  const at = (inside: string) => path.join(folder, ...inside.split("/"));
  return {
    name: folder,
    isReadOnly: false,
    sizeOf: (inside) =>
      orNull(
        folder,
        stat(at(inside)).then((facts) => facts.size),
      ),
    read: (inside) => orNull<Uint8Array>(folder, readFile(at(inside))),
    async write(inside, bytes) {
      try {
        await writeFileAtomic(at(inside), bytes);
      } catch (error) {
        throw error instanceof PneumoscopeError ? error : failed(folder, error);
      }
    },
  };
}

async function orNull<T>(folder: string, wanted: Promise<T>): Promise<T | null> {
  try {
    return await wanted;
  } catch (error) {
    if (isSystemError(error, "ENOENT") || isSystemError(error, "ENOTDIR")) return null;
    throw failed(folder, error);
  }
}

function failed(folder: string, cause: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "DATA_REMOTE_FAILED",
    `The data remote ${folder} cannot be used: ${describeError(cause)}. Check that the folder is mounted and yours.`,
    { cause },
  );
}
