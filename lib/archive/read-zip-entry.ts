import { Inflate } from "pako";
import { joinBytes } from "@/lib/join-bytes";
import { damaged, unsupportedArchive } from "./archive-errors";
import { crc32 } from "./crc32";
import type { SourceBytes } from "./source-file";
import type { ZipEntry } from "./zip-directory";

const stored = 0;
const deflated = 8;
const localHeaderBytes = 30;
const localHeaderMark = 0x04034b50;
/** Name and extra fields of nearly every entry; longer ones take a second reading. */
const usualNameBytes = 512;
/** Deflate needs no more for the first kilobyte of anything that could be an image. */
const packedHeadBytes = 4096;
const pieceBytes = 1024 * 1024;

/**
 * One file of an archive, inflated piece by piece. Where it comes to more than the directory states, it is not
 * inflated further.
 * @param charge is told how much has come out so far, and throws where that is too much
 * @throws ARCHIVE_DAMAGED, ARCHIVE_UNSUPPORTED and what `charge` throws
 */
export async function readZipEntry(
  blob: SourceBytes,
  entry: ZipEntry,
  names: { name: string; archive: string },
  charge: (inflatedBytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, archive } = names;
  if (entry.method !== stored && entry.method !== deflated)
    throw unsupportedArchive(`${name} is packed in ${archive} by a method that is not supported`);
  const start = await dataStart(blob, entry);
  if (start === undefined) throw damaged(archive, `the header of ${name} is not where it should be`);
  if (start + entry.packedBytes > blob.size) throw damaged(archive, `${name} lies beyond the archive's end`);
  const bytes =
    entry.method === stored
      ? await readStored(blob, start, entry, charge)
      : await inflate(blob, start, entry, names, charge);
  if (bytes.length !== entry.statedBytes)
    throw damaged(archive, `${name} has ${bytes.length} bytes where its directory says ${entry.statedBytes}`);
  if (crc32(bytes) !== entry.crc32) throw damaged(archive, `the checksum of ${name} is wrong`);
  return bytes;
}

async function readStored(
  blob: SourceBytes,
  start: number,
  entry: ZipEntry,
  charge: (inflatedBytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  charge(entry.packedBytes);
  return pieceOf(blob, start, entry.packedBytes);
}

async function inflate(
  blob: SourceBytes,
  start: number,
  entry: ZipEntry,
  { name, archive }: { name: string; archive: string },
  charge: (inflatedBytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let inflatedBytes = 0;
  const inflater = new Inflate({ raw: true });
  inflater.onData = (chunk) => {
    inflatedBytes += chunk.length;
    if (inflatedBytes > entry.statedBytes)
      throw damaged(archive, `${name} has more than the ${entry.statedBytes} bytes its directory says`);
    charge(inflatedBytes);
    chunks.push(chunk);
  };
  for (let at = 0; at < entry.packedBytes && !inflater.ended; at += pieceBytes) {
    const length = Math.min(pieceBytes, entry.packedBytes - at);
    inflater.push(await pieceOf(blob, start + at, length), at + length === entry.packedBytes);
  }
  if (inflater.err || !inflater.ended)
    throw damaged(archive, `${name} cannot be inflated (${inflater.msg || "it ends too early"})`);
  return joinBytes(chunks);
}

/**
 * The first bytes of an entry, from one small piece of the archive. Nothing is checked; reading the entry does.
 * @returns at most so many bytes, fewer where the entry ends or makes no sense; undefined where it cannot be told
 */
export async function readZipHead(
  blob: SourceBytes,
  entry: ZipEntry,
  bytes: number,
): Promise<Uint8Array | undefined> {
  if (entry.method !== stored && entry.method !== deflated) return undefined;
  const likely = localHeaderBytes + usualNameBytes + packedHeadBytes;
  let piece = await pieceOf(blob, entry.offset, likely);
  const from = dataStartIn(piece);
  if (from === undefined) return undefined;
  const length = Math.min(packedHeadBytes, entry.packedBytes);
  if (from + length > piece.length) piece = await pieceOf(blob, entry.offset, from + length);
  const packed = piece.subarray(from, from + length);
  return entry.method === stored ? packed.subarray(0, bytes) : inflateHead(packed, bytes);
}

function inflateHead(packed: Uint8Array, bytes: number): Uint8Array {
  let head = new Uint8Array(0);
  const inflater = new Inflate({ raw: true, chunkSize: bytes });
  inflater.onData = (chunk) => {
    head = chunk.slice(0, bytes);
    throw new Enough();
  };
  try {
    inflater.push(packed, flushAll);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return head;
}

/** zlib's Z_SYNC_FLUSH: give out what there is, though the data goes on. */
const flushAll = 2;

/** Ends an inflation from inside. */
class Enough extends Error {}

async function dataStart(blob: SourceBytes, entry: ZipEntry): Promise<number | undefined> {
  const from = dataStartIn(await pieceOf(blob, entry.offset, localHeaderBytes));
  return from === undefined ? undefined : entry.offset + from;
}

/** Where the data begins after a local header; undefined where there is no such header. */
function dataStartIn(header: Uint8Array): number | undefined {
  if (header.length < localHeaderBytes) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== localHeaderMark) return undefined;
  return localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
}

async function pieceOf(blob: SourceBytes, from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.slice(from, Math.min(blob.size, from + length)).arrayBuffer());
}
