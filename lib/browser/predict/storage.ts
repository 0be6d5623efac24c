import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import type { Digest } from "@/lib/artifacts/store";

interface ModelDatabase extends DBSchema {
  /** Weight files by digest. */
  weights: { key: string; value: Uint8Array<ArrayBuffer> };
  /**
   * "last-good": the signed manifest, as text, of the model that last passed every check here. "trust": the signed
   * trust list that was heard last.
   */
  manifests: { key: string; value: string };
}

/** A browser may deny storage, or never answer; neither may hold up a reading. */
const answerWithinMs = 5_000;

let opened: Promise<IDBPDatabase<ModelDatabase>> | undefined;

const databaseName = "pneumoscope";

function open(): Promise<IDBPDatabase<ModelDatabase>> {
  opened ??= openDB<ModelDatabase>(databaseName, 1, {
    upgrade(database) {
      database.createObjectStore("weights");
      database.createObjectStore("manifests");
    },
    // Another context wants to remove it: it must not wait for this one.
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      opened = undefined;
    },
  });
  return opened;
}

async function attempt<T>(
  action: (database: IDBPDatabase<ModelDatabase>) => Promise<T>,
): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), answerWithinMs);
  });
  try {
    return await Promise.race([open().then(action), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Weights kept earlier, unverified, or undefined. */
export function readStoredWeights(digest: Digest): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return attempt((database) => database.get("weights", digest));
}

/** Whether something is there at the next visit; "denied" in a private window, for example. */
export type Keeping = "kept" | "full" | "denied";

export async function storeWeights(digest: Digest, bytes: Uint8Array<ArrayBuffer>): Promise<Keeping> {
  const kept = await attempt((database) =>
    database.put("weights", bytes, digest).then(
      () => "kept" as const,
      (error: unknown) => {
        if (error instanceof DOMException && error.name === "QuotaExceededError") return "full" as const;
        throw error;
      },
    ),
  );
  return kept ?? "denied";
}

/** Removes every weight file but these. */
export async function keepOnlyWeights(digests: readonly Digest[]): Promise<void> {
  await attempt(async (database) => {
    for (const key of await database.getAllKeys("weights")) {
      if (!digests.some((digest) => digest === key)) await database.delete("weights", key);
    }
  });
}

/** Digests of the weight files that are kept. */
export async function readStoredDigests(): Promise<string[]> {
  return (await attempt((database) => database.getAllKeys("weights"))) ?? [];
}

/** Removes models and manifests, and the database with them. */
export async function forgetStored(): Promise<void> {
  await attempt(async (database) => {
    database.close();
    opened = undefined;
    await deleteDB(databaseName);
  });
}

export function readLastGoodManifest(): Promise<string | undefined> {
  return attempt((database) => database.get("manifests", "last-good"));
}

export function readHeardTrust(): Promise<string | undefined> {
  return attempt((database) => database.get("manifests", "trust"));
}

export async function storeHeardTrust(text: string): Promise<void> {
  await attempt((database) => database.put("manifests", text, "trust"));
}

export async function storeLastGoodManifest(text: string): Promise<void> {
  await attempt((database) => database.put("manifests", text, "last-good"));
}
