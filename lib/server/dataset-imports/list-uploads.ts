import { asc, desc, eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetUploadChunks, datasetUploads } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { bytesOfChunks, type UploadKind } from "@/lib/dataset/upload-plan";
import { requireOpenUpload } from "./start-upload";

export interface OpenUpload {
  id: string;
  name: string;
  kind: UploadKind;
  fingerprint: string;
  files: number;
  sizeBytes: number;
  receivedBytes: number;
  actor: string;
  createdAt: Date;
  updatedAt: Date;
}

/** Uploads that are not complete or not handed over, newest first. */
export async function listOpenUploads(db: Database): Promise<OpenUpload[]> {
  const uploads = await db
    .select()
    .from(datasetUploads)
    .where(eq(datasetUploads.state, "receiving"))
    .orderBy(desc(datasetUploads.createdAt));
  return Promise.all(
    uploads.map(async ({ files, state: _, chunkBytes, ...upload }) => {
      const chunks = await chunksOf(db, upload.id);
      const indexes = chunks.map(({ index }) => index);
      return {
        ...upload,
        files: files.length,
        receivedBytes: bytesOfChunks({ sizeBytes: upload.sizeBytes, chunkBytes }, indexes),
      };
    }),
  );
}

/** What has come of an upload, for a browser that goes on with it. @throws UPLOAD_NOT_FOUND, UPLOAD_INCOMPLETE */
export async function uploadProgress(
  db: Database,
  id: string,
): Promise<{ chunkBytes: number; sizeBytes: number; chunks: { index: number; digest: Digest }[] }> {
  const { chunkBytes, sizeBytes } = await requireOpenUpload(db, id);
  return { chunkBytes, sizeBytes, chunks: await chunksOf(db, id) };
}

function chunksOf(db: Database, id: string): Promise<{ index: number; digest: Digest }[]> {
  return db
    .select({ index: datasetUploadChunks.index, digest: datasetUploadChunks.digest })
    .from(datasetUploadChunks)
    .where(eq(datasetUploadChunks.uploadId, id))
    .orderBy(asc(datasetUploadChunks.index));
}
