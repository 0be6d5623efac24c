import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import path from "node:path";
import { crc32 } from "node:zlib";

/**
 * A pair of files that only grow. `<name>.data` holds entries of one size, one after the other; `<name>.index` holds for
 * each, in the same order, 16 bytes of its key, the CRC-32 of its bytes and the CRC-32 of these twenty. An entry is there once its
 * record is: what a killed process left of a record or of data without one is never read.
 */
export const recordBytes = 24;
const keyBytes = 16;

export interface ShardEntry {
  key: string;
  /** Place in the file of data. */
  ordinal: number;
  crc: number;
}

export const dataFile = (folder: string, name: string) => path.join(folder, `${name}.data`);
export const indexFile = (folder: string, name: string) => path.join(folder, `${name}.index`);

/** A key as the index holds it: 32 hex digits. */
export const shortKey = (key: string) => key.slice(0, 2 * keyBytes);

/** The entries of a shard whose records are whole. */
export async function readIndex(folder: string, name: string): Promise<ShardEntry[]> {
  const bytes = await readFile(indexFile(folder, name));
  const entries: ShardEntry[] = [];
  for (let ordinal = 0; (ordinal + 1) * recordBytes <= bytes.length; ordinal++) {
    const record = bytes.subarray(ordinal * recordBytes, (ordinal + 1) * recordBytes);
    if (crc32(record.subarray(0, keyBytes + 4)) !== record.readUInt32LE(keyBytes + 4)) continue;
    entries.push({ key: record.toString("hex", 0, keyBytes), ordinal, crc: record.readUInt32LE(keyBytes) });
  }
  return entries;
}

/** @returns undefined where the bytes are not those that were written @throws what the file system threw */
export async function readEntry(
  file: string,
  { ordinal, crc }: ShardEntry,
  length: number,
): Promise<Uint16Array | undefined> {
  const values = new Uint16Array(length);
  const bytes = new Uint8Array(values.buffer);
  const data = await open(file, "r");
  try {
    const { bytesRead } = await data.read(bytes, 0, bytes.length, ordinal * bytes.length);
    return bytesRead === bytes.length && crc32(bytes) === crc ? values : undefined;
  } finally {
    await data.close();
  }
}

/** A shard that is being written. */
export interface ShardWriter {
  readonly file: string;
  readonly sizeBytes: number;
  /** @param bytes of the entries, one after the other, all of one size @throws what the file system threw */
  append(keys: readonly string[], bytes: Uint8Array): Promise<ShardEntry[]>;
  close(): Promise<void>;
}

export async function createShard(folder: string, name: string): Promise<ShardWriter> {
  await mkdir(folder, { recursive: true });
  const data = await open(dataFile(folder, name), "wx");
  const index = await open(indexFile(folder, name), "wx").catch(async (error) => {
    await data.close();
    throw error;
  });
  let count = 0;
  let sizeBytes = 0;
  return {
    file: dataFile(folder, name),
    get sizeBytes() {
      return sizeBytes;
    },
    async append(keys, bytes) {
      const entryBytes = bytes.length / keys.length;
      const entries = keys.map((key, i) => ({
        key,
        ordinal: count + i,
        crc: crc32(bytes.subarray(i * entryBytes, (i + 1) * entryBytes)),
      }));
      await writeAll(data, bytes, count * entryBytes);
      await writeAll(index, encodeRecords(entries), count * recordBytes);
      count += keys.length;
      sizeBytes += bytes.length + keys.length * recordBytes;
      return entries;
    },
    async close() {
      await index.close();
      await data.close();
    },
  };
}

function encodeRecords(entries: readonly ShardEntry[]): Buffer {
  const records = Buffer.alloc(entries.length * recordBytes);
  for (const [i, { key, crc }] of entries.entries()) {
    const record = records.subarray(i * recordBytes, (i + 1) * recordBytes);
    record.write(key, 0, keyBytes, "hex");
    record.writeUInt32LE(crc, keyBytes);
    record.writeUInt32LE(crc32(record.subarray(0, keyBytes + 4)), keyBytes + 4);
  }
  return records;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
