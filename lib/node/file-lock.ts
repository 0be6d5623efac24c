import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isProcessAlive, type ProcessIdentity, thisProcess } from "./process-identity";
import { isSystemError, writeAndSync } from "./write-file";

/** Runs `action` while no other process holds the lock file; the lock of a dead process is taken over. */
export async function withFileLock<T>(file: string, waitMs: number, action: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true });
  const deadline = Date.now() + waitMs;
  while (!(await tryLock(file))) {
    await removeIfStale(file);
    if (Date.now() > deadline) throw new Error(`${file} has been held for ${waitMs} ms by another process.`);
    await delay(50);
  }
  try {
    return await action();
  } finally {
    await rm(file, { force: true });
  }
}

async function tryLock(file: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  await writeAndSync(temporary, JSON.stringify(thisProcess()), 0o600);
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function removeIfStale(file: string): Promise<void> {
  if (!(await isStale(file))) return;
  // Moved aside first: if another waiter was faster and this is already a new holder's lock, it goes back.
  const aside = `${file}.${randomUUID()}`;
  await rename(file, aside).catch(() => undefined);
  if (!(await isStale(aside))) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function isStale(file: string): Promise<boolean> {
  try {
    return !isProcessAlive(JSON.parse(await readFile(file, "utf8")) as ProcessIdentity);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return false;
    const age = Date.now() - (await stat(file).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    return age > 10_000;
  }
}
