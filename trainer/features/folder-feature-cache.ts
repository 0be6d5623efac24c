import { randomUUID } from "node:crypto";
import { readdir, utimes } from "node:fs/promises";
import path from "node:path";
import type { FeatureCache, FeatureCounts, FeatureEntry, FeatureShelf } from "./feature-cache";
import { defaultLimitBytes, makeRoom } from "./make-room";
import {
  createShard,
  dataFile,
  readEntry,
  readIndex,
  type ShardEntry,
  type ShardWriter,
  shortKey,
} from "./shard";

/** So large that a run has few of them, and so small that one which goes takes little with it. */
const mostShardBytes = 256 * 2 ** 20;

/**
 * Features in a folder, a subfolder for each space. Several processes may use it at once: each writes shards of its own.
 * @param limitBytes of all shards together; 0 keeps nothing; by default what the free disk allows
 */
export function folderFeatureCache(folder: string, limitBytes?: number): FeatureCache {
  const counts: FeatureCounts = { read: 0, computed: 0, damaged: 0 };
  const inUse = new Set<string>();
  return {
    counts,
    async open(space, length) {
      const inside = path.join(folder, shortKey(space));
      inUse.add(inside);
      const limit = limitBytes ?? (await defaultLimitBytes(folder).catch(() => 0));
      const shelf = new FolderShelf(inside, length, counts, {
        bytes: Math.min(mostShardBytes, Math.floor(limit / 8)),
        isThereRoom: (bytes) => makeRoom(folder, bytes, limit, inUse),
      });
      await shelf.readIndexes();
      return shelf;
    },
  };
}

interface ShardLimits {
  /** After which the next shard begins. */
  bytes: number;
  isThereRoom(bytes: number): Promise<boolean>;
}

interface Place {
  entry: ShardEntry;
  file: string;
}

class FolderShelf implements FeatureShelf {
  private readonly places = new Map<string, Place>();
  private readonly touched = new Set<string>();
  private writing: Promise<void> = Promise.resolve();
  private writer: ShardWriter | undefined;
  private isFull = false;

  constructor(
    private readonly folder: string,
    private readonly length: number,
    private readonly counts: FeatureCounts,
    private readonly limits: ShardLimits,
  ) {}

  /** The later shard wins: it holds what was damaged in the earlier one. */
  async readIndexes(): Promise<void> {
    const files = await readdir(this.folder).catch(() => []);
    for (const index of files.filter((file) => file.endsWith(".index")).sort()) {
      const name = index.slice(0, -".index".length);
      // One that another process has removed meanwhile is as good as none.
      const entries = await readIndex(this.folder, name).catch(() => []);
      for (const entry of entries) this.places.set(entry.key, { entry, file: dataFile(this.folder, name) });
    }
  }

  has(key: string): boolean {
    return this.places.has(shortKey(key));
  }

  async read(key: string): Promise<Uint16Array | undefined> {
    const place = this.places.get(shortKey(key));
    if (!place) return undefined;
    const values = await readEntry(place.file, place.entry, this.length).catch(() => undefined);
    if (values) {
      this.counts.read += 1;
      this.touch(place.file);
    } else {
      this.counts.damaged += 1;
      this.places.delete(shortKey(key));
    }
    return values;
  }

  write(entries: readonly FeatureEntry[]): Promise<void> {
    const before = this.writing;
    this.writing = before.then(() => this.append(entries));
    return before;
  }

  async close(): Promise<void> {
    await this.writing;
    await this.writer?.close().catch(() => undefined);
    this.writer = undefined;
    this.isFull = true;
  }

  private async append(entries: readonly FeatureEntry[]): Promise<void> {
    const fresh = entries.filter(({ key }) => !this.has(key));
    if (this.isFull || fresh.length === 0) return;
    try {
      const bytes = joined(fresh, this.length);
      const writer = await this.writerFor(bytes.length);
      if (!writer) return;
      const keys = fresh.map(({ key }) => shortKey(key));
      for (const entry of await writer.append(keys, bytes))
        this.places.set(entry.key, { entry, file: writer.file });
    } catch {
      // A full or read-only disk: the run goes on, and computes what it needs.
      this.isFull = true;
    }
  }

  /** Room is asked for by the shard, not by the entry. */
  private async writerFor(bytes: number): Promise<ShardWriter | undefined> {
    if (this.writer && this.writer.sizeBytes + bytes <= this.limits.bytes) return this.writer;
    await this.writer?.close();
    this.writer = undefined;
    if (await this.limits.isThereRoom(Math.max(bytes, this.limits.bytes)))
      this.writer = await createShard(
        this.folder,
        `${Date.now()}-${process.pid}-${randomUUID().slice(0, 8)}`,
      );
    else this.isFull = true;
    return this.writer;
  }

  /** The file's time says when it was last of use: the least recently used shards go first. */
  private touch(file: string): void {
    if (this.touched.has(file)) return;
    this.touched.add(file);
    const now = new Date();
    void utimes(file, now, now).catch(() => undefined);
  }
}

function joined(entries: readonly FeatureEntry[], length: number): Uint8Array {
  const values = new Uint16Array(entries.length * length);
  for (const [i, entry] of entries.entries()) values.set(entry.values, i * length);
  return new Uint8Array(values.buffer);
}
