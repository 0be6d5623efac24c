import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import path from "node:path";

const memoryFolder = "/dev/shm";
/** Several times what all stages together hold at a time. */
const roomBytes = 6 * 2 ** 30;

/**
 * Makes a folder the TMPDIR of this process and its children, and removes it when this process ends. It lies in memory
 * where there is plenty: ext4 takes long to make files where many were just deleted, which tests do all the time.
 */
export function useTestFolder(): string {
  const parent = process.env.TMPDIR === undefined && hasRoom() ? memoryFolder : tmpdir();
  const folder = mkdtempSync(path.join(parent, "pneumoscope-test-"));
  process.env.TMPDIR = folder;
  process.on("exit", () => remove(folder));
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
  ] as const)
    process.once(signal, () => process.exit(128 + number));
  return folder;
}

/** What a child that ends late still writes is no reason to call the tests failed. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  } catch {
    process.stderr.write(`${folder} could not be removed whole; remove it by hand.\n`);
  }
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memoryFolder);
    return bavail * bsize > roomBytes && freemem() > 2 * roomBytes;
  } catch {
    return false;
  }
}
