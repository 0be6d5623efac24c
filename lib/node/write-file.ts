import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { PneumoscopeError } from "@/lib/errors";

/** Whether a thrown value is a system error with this code, e.g. "ENOENT". */
export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** Parts are written one after another. */
type FileContent = Uint8Array | string | Iterable<Uint8Array>;

/**
 * Writes a file so that readers see either the old bytes or all of the new ones, also after a power cut.
 * @param temporaryFolder on the same file system as `file`; by default the file's own folder
 * @throws DISK_FULL naming the path
 */
export async function writeFileAtomic(
  file: string,
  bytes: FileContent,
  options: { mode?: number; temporaryFolder?: string } = {},
): Promise<void> {
  const folder = options.temporaryFolder ?? path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}.${randomUUID()}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await mkdir(path.dirname(file), { recursive: true });
    await writeAndSync(temporary, bytes, options.mode ?? 0o644);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw diskError(error, file);
  }
}

/** Writes a new file and waits until it is on the disk. */
export async function writeAndSync(file: string, bytes: FileContent, mode: number): Promise<void> {
  const handle = await open(file, "wx", mode);
  try {
    await writeFile(handle, bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Turns «no space left» into DISK_FULL; leaves everything else as it is. */
export function diskError(error: unknown, file: string): unknown {
  if (!isSystemError(error, "ENOSPC") && !isSystemError(error, "EDQUOT")) return error;
  return new PneumoscopeError(
    "DISK_FULL",
    `No space left to write ${file}. Nothing was changed. Free some space on that disk, or set ` +
      "PNEUMOSCOPE_DATA_DIR to a folder on another one, and start again.",
    { cause: error, userMessage: "The disk is full." },
  );
}
