import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import type { FeatureCache, FeatureShelf } from "./feature-cache";
import { folderFeatureCache } from "./folder-feature-cache";

const length = 512;
const entryBytes = 2 * length;
const [spaceA, spaceB] = ["a".repeat(64), "b".repeat(64)];
const key = (i: number) => i.toString(16).padStart(2, "0").repeat(32);
const values = (i: number) => {
  const random = createRandom(i);
  return Uint16Array.from({ length }, () => random.int(2 ** 16));
};
const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: key(from + i), values: values(from + i) }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-features-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function keep(space: string, from: number, to: number, limitBytes = 2 ** 20): Promise<void> {
  const shelf = await folderFeatureCache(folder, limitBytes).open(space, length);
  for (let i = from; i < to; i += 2) await shelf.write(entries(i, Math.min(i + 2, to)));
  await shelf.close();
}

async function withShelf<T>(
  space: string,
  use: (shelf: FeatureShelf, cache: FeatureCache) => Promise<T>,
): Promise<T> {
  const cache = folderFeatureCache(folder, 2 ** 20);
  const shelf = await cache.open(space, length);
  const result = await use(shelf, cache);
  await shelf.close();
  return result;
}

const readable = (space: string, upTo: number) =>
  withShelf(space, async (shelf) => {
    const found: number[] = [];
    for (let i = 0; i < upTo; i++) {
      const read = await shelf.read(key(i));
      if (read === undefined) continue;
      expect(read).toEqual(values(i));
      found.push(i);
    }
    return found;
  });

const filesOf = async (space: string, extension: string) => {
  const inside = path.join(folder, space.slice(0, 32));
  const files = await readdir(inside).catch(() => []);
  return files.filter((file) => file.endsWith(extension)).map((file) => path.join(inside, file));
};

async function sizeOnDisk(): Promise<number> {
  let total = 0;
  for (const space of [spaceA, spaceB])
    for (const file of await filesOf(space, ".data")) total += (await stat(file)).size;
  return total;
}

describe("folderFeatureCache", () => {
  it("gives a later run, and this one, what was kept, to the last bit; spaces do not mix", async () => {
    await keep(spaceA, 0, 5);
    expect(await readable(spaceA, 8)).toEqual([0, 1, 2, 3, 4]);
    expect(await readable(spaceB, 8)).toEqual([]);
    await withShelf(spaceB, async (shelf, { counts }) => {
      await shelf.write(entries(6, 8));
      await shelf.write([]);
      expect(shelf.has(key(6))).toBe(true);
      expect(await shelf.read(key(7))).toEqual(values(7));
      expect(counts).toEqual({ read: 1, computed: 0, damaged: 0 });
    });
  });

  it("does not hand out a damaged entry, and keeps it again", async () => {
    await keep(spaceA, 0, 4);
    const [data] = await filesOf(spaceA, ".data");
    const bytes = await readFile(data as string);
    bytes[2 * entryBytes + 77]! ^= 4;
    await writeFile(data as string, bytes);
    await withShelf(spaceA, async (shelf, { counts }) => {
      expect(shelf.has(key(2))).toBe(true);
      expect(await shelf.read(key(2))).toBeUndefined();
      expect(counts).toEqual({ read: 0, computed: 0, damaged: 1 });
      expect(shelf.has(key(2))).toBe(false);
      await shelf.write(entries(2, 3));
    });
    expect(await readable(spaceA, 4)).toEqual([0, 1, 2, 3]);
  });

  it("reads what a killed process left whole, and none of the rest", async () => {
    await keep(spaceA, 0, 4);
    const [index] = await filesOf(spaceA, ".index");
    const [data] = await filesOf(spaceA, ".data");
    await truncate(index as string, 3 * 24 + 11);
    expect(await readable(spaceA, 4)).toEqual([0, 1, 2]);
    await truncate(data as string, 2 * entryBytes - 1);
    expect(await readable(spaceA, 4)).toEqual([0]);
    const records = await readFile(index as string);
    records[3]! ^= 1;
    await writeFile(index as string, records);
    expect(await readable(spaceA, 4)).toEqual([]);
  });

  it("stays within its limit: the least recently used of other spaces goes, this run's own stays", async () => {
    const limit = 16 * entryBytes;
    await keep(spaceA, 0, 8, limit);
    const old = await filesOf(spaceA, ".data");
    expect(old.length).toBeGreaterThan(2);
    for (const [i, file] of old.sort().entries()) {
      const at = new Date(Date.now() - (100 - i) * 60_000);
      await utimes(file, at, at);
    }
    await keep(spaceB, 20, 32, limit);
    expect(await sizeOnDisk()).toBeLessThanOrEqual(limit);
    const left = await readable(spaceA, 8);
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(8);
    expect(left.at(-1)).toBe(7);
    await keep(spaceB, 32, 60, limit);
    expect(await sizeOnDisk()).toBeLessThanOrEqual(limit);
    expect(await readable(spaceA, 8)).toEqual([]);
    expect((await readable(spaceB, 60)).slice(0, 12)).toEqual(Array.from({ length: 12 }, (_, i) => 20 + i));
  });

  it("keeps nothing where it may not, and the run goes on", async () => {
    await keep(spaceA, 0, 4, 0);
    expect(await sizeOnDisk()).toBe(0);
    await writeFile(path.join(folder, spaceB.slice(0, 32)), "not a folder");
    await keep(spaceB, 0, 4);
    expect(await readable(spaceB, 4)).toEqual([]);
  });
});
