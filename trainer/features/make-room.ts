import { readdir, rm, stat, statfs } from "node:fs/promises";
import path from "node:path";
import { dataFile, indexFile } from "./shard";

const gibibyte = 2 ** 30;
const mostBytes = 8 * gibibyte;
/** Of what the disk could give to features, so that checkpoints, models and the database never meet a full one. */
const shareOfFree = 0.2;
/** A shard of a space in use that no run has read for so long holds views or images that nobody trains on any more. */
const unusedMs = 7 * 24 * 60 * 60 * 1000;

interface StoredShard {
  folder: string;
  name: string;
  sizeBytes: number;
  usedAtMs: number;
}

/** A fifth of the free disk, what features take already counted as free, and at most 8 GiB. */
export async function defaultLimitBytes(folder: string): Promise<number> {
  const used = (await storedShards(folder)).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { bavail, bsize } = await statfs(await nearestFolder(folder));
  return Math.min(mostBytes, Math.floor((bavail * bsize + used) * shareOfFree));
}

/**
 * Removes shards, the least recently used first, until so many bytes can be added.
 * @param inUse folders of spaces that this run reads: of these only what has long been unused goes
 * @returns whether there is room
 */
export async function makeRoom(
  folder: string,
  wantedBytes: number,
  limitBytes: number,
  inUse: ReadonlySet<string>,
): Promise<boolean> {
  const shards = await storedShards(folder);
  let total = shards.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const idle = (shard: StoredShard) => Date.now() - shard.usedAtMs > unusedMs;
  const removable = shards
    .filter((shard) => !inUse.has(shard.folder) || idle(shard))
    .sort((a, b) => a.usedAtMs - b.usedAtMs);
  for (const shard of removable) {
    if (total + wantedBytes <= limitBytes) break;
    await removeShard(shard);
    total -= shard.sizeBytes;
  }
  return total + wantedBytes <= limitBytes;
}

/** The index first: data without one is never read. */
export async function removeShard({ folder, name }: Pick<StoredShard, "folder" | "name">): Promise<void> {
  await rm(indexFile(folder, name), { force: true });
  await rm(dataFile(folder, name), { force: true });
}

async function storedShards(folder: string): Promise<StoredShard[]> {
  const spaces = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const shards: StoredShard[] = [];
  for (const space of spaces.filter((entry) => entry.isDirectory())) {
    const inside = path.join(folder, space.name);
    for (const file of await readdir(inside).catch(() => [])) {
      if (!file.endsWith(".data")) continue;
      const facts = await stat(path.join(inside, file)).catch(() => null);
      if (facts)
        shards.push({
          folder: inside,
          name: file.slice(0, -".data".length),
          sizeBytes: facts.size,
          usedAtMs: facts.mtimeMs,
        });
    }
  }
  return shards;
}

/** The folder itself or the first one above that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const there = await stat(folder).catch(() => null);
  const above = path.dirname(folder);
  return there || above === folder ? folder : nearestFolder(above);
}
