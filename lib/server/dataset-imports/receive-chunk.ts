import { open } from "node:fs/promises";
import { and, eq, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetUploadChunks, datasetUploads } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { chunkCount, chunkRange } from "@/lib/dataset/upload-plan";
import { PneumoscopeError } from "@/lib/errors";
import { digestOf } from "@/lib/manifest";
import { diskError, isSystemError } from "@/lib/node/write-file";
import { requireOpenUpload } from "./start-upload";
import { uploadFile } from "./upload-folder";

export interface ReceivedChunk {
  uploadId: string;
  index: number;
  /** What the browser says that the bytes hash to. */
  digest: Digest;
  bytes: Uint8Array;
}

/**
 * Puts a piece where it belongs. It counts once it is on the disk; the same piece again changes nothing.
 * @throws UPLOAD_NOT_FOUND, UPLOAD_INCOMPLETE where the upload was handed over, UPLOAD_CHUNK_DAMAGED,
 * UPLOAD_FILE_CHANGED where another piece is there already, DISK_FULL
 */
export async function receiveChunk(
  db: Database,
  { uploadId, index, digest, bytes }: ReceivedChunk,
): Promise<void> {
  const upload = await requireOpenUpload(db, uploadId);
  if (!Number.isInteger(index) || index < 0 || index >= chunkCount(upload))
    throw damaged(index, "is none of its pieces");
  const { start, end } = chunkRange(upload, index);
  if (bytes.byteLength !== end - start)
    throw damaged(index, `has ${bytes.byteLength} bytes in place of ${end - start}`);
  const actual = await digestOf(bytes);
  if (actual !== digest) throw damaged(index, `hashes to ${actual} in place of ${digest}`);
  const [known] = await db
    .select({ digest: datasetUploadChunks.digest })
    .from(datasetUploadChunks)
    .where(and(eq(datasetUploadChunks.uploadId, uploadId), eq(datasetUploadChunks.index, index)));
  if (known && known.digest !== digest)
    throw new PneumoscopeError(
      "UPLOAD_FILE_CHANGED",
      `Piece ${index} of upload ${uploadId} is there with other bytes: the files were changed or others were chosen.`,
    );
  if (known) return;
  await writeAt(uploadFile(uploadId), bytes, start);
  await db.transaction(async (tx) => {
    await tx.insert(datasetUploadChunks).values({ uploadId, index, digest }).onConflictDoNothing();
    await tx.update(datasetUploads).set({ updatedAt: sql`now()` }).where(eq(datasetUploads.id, uploadId));
  });
}

async function writeAt(file: string, bytes: Uint8Array, start: number): Promise<void> {
  try {
    const handle = await open(file, "r+");
    try {
      let written = 0;
      while (written < bytes.byteLength) {
        const { bytesWritten } = await handle.write(
          bytes,
          written,
          bytes.byteLength - written,
          start + written,
        );
        written += bytesWritten;
      }
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isSystemError(error, "ENOENT"))
      throw new PneumoscopeError("UPLOAD_NOT_FOUND", `The pieces of ${file} were deleted.`, { cause: error });
    throw diskError(error, file);
  }
}

function damaged(index: number, how: string): PneumoscopeError {
  return new PneumoscopeError("UPLOAD_CHUNK_DAMAGED", `Piece ${index} of the upload ${how}.`);
}
