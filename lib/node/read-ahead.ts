import type { ArtifactStore } from "@/lib/artifacts/store";
import type { Md5 } from "@/lib/dvc/md5";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { fatalCodes, type SourceFileEntry } from "./dataset-source";
import { type FileFacts, findFileByMd5 } from "./file-facts";

export type Fetched =
  | { bytes: Uint8Array }
  | { md5: Md5; facts: FileFacts; isNew: false; bad?: undefined }
  | Error;

/**
 * Entries in their order with what was read of them, `width` reads at once.
 * @throws fatalCodes
 */
export async function* readAhead(
  entries: SourceFileEntry[],
  store: ArtifactStore,
  width: number,
): AsyncGenerator<[SourceFileEntry, Fetched], void, void> {
  const pending: Promise<Fetched>[] = [];
  let next = 0;
  const startMore = () => {
    for (; next < entries.length && pending.length < width; next++) {
      const entry = entries[next];
      if (!entry) return;
      const reading = fetchEntry(entry, store);
      // Whoever awaits it sees its failure; until then it must not count as unhandled.
      reading.catch(() => undefined);
      pending.push(reading);
    }
  };
  for (const entry of entries) {
    startMore();
    const reading = pending.shift();
    if (reading) yield [entry, await reading];
  }
}

async function fetchEntry(entry: SourceFileEntry, store: ArtifactStore): Promise<Fetched> {
  const facts = entry.md5 === undefined ? null : await findFileByMd5(store, entry.md5);
  if (facts?.image && entry.md5 !== undefined) return { md5: entry.md5, facts, isNew: false };
  try {
    // What the store holds under this MD5 and is no image is decoded again: decoders learn.
    return { bytes: facts ? await store.get(facts.digest) : await entry.read() };
  } catch (error) {
    if (error instanceof PneumoscopeError && fatalCodes.has(error.code)) throw error;
    return error instanceof Error ? error : new Error(describeError(error));
  }
}
