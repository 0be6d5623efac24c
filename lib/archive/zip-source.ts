import type { CreateReadableOptions, Reader } from "@zip.js/zip.js";
import type { SourceBytes } from "./source-file";

const chunkBytes = 256 * 1024;
/** The directory of 50,000 files with long names takes a tenth of it; a longer one is not worth the memory. */
const longestPieceBytes = 64 * 1024 * 1024;

/** What zip.js reads an archive through: pieces of it, never the whole. */
export function zipSource(archive: SourceBytes): Reader<SourceBytes> {
  const size = archive.size;
  async function readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(size, offset + length);
    if (end - offset > longestPieceBytes) throw new Error("its directory is implausibly long");
    return end <= offset ? new Uint8Array(0) : new Uint8Array(await archive.slice(offset, end).arrayBuffer());
  }
  function createReadable(range: CreateReadableOptions = {}): ReadableStream<Uint8Array> {
    let at = range.offset ?? 0;
    const end = Math.min(size, at + (range.size ?? size));
    return new ReadableStream({
      async pull(controller) {
        const chunk = await readUint8Array(at, Math.min(chunkBytes, end - at));
        at += chunk.length;
        if (chunk.length > 0) controller.enqueue(chunk);
        if (at >= end || chunk.length === 0) controller.close();
      },
    });
  }
  return {
    size,
    readUint8Array,
    createReadable,
    get readable() {
      return createReadable();
    },
  };
}
