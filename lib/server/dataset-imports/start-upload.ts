import { randomUUID } from "node:crypto";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { and, eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type DatasetUpload, datasetUploads } from "@/drizzle/schema";
import { chunkBytes, type UploadedFile, type UploadKind, wrongPath } from "@/lib/dataset/upload-plan";
import { PneumoscopeError } from "@/lib/errors";
import { dataDirectory } from "@/lib/node/data-directory";
import { diskError } from "@/lib/node/write-file";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { uploadFile, uploadFolder } from "./upload-folder";

export interface StartUpload {
  name: string;
  kind: UploadKind;
  files: UploadedFile[];
  /** The same for the same choice of files. */
  fingerprint: string;
  actor: string;
}

export interface UploadLimits {
  maxUploadBytes: number;
  /** Free bytes of the disk that uploads lie on. */
  freeBytes?: (() => Promise<number>) | undefined;
}

/** The database, logs and a run's checkpoints need room too. */
const reservedBytes = 512 * 1024 ** 2;
const mostOpenUploads = 4;

/**
 * Makes room for an upload, or finds the unfinished one of the same files by the same person.
 * @throws UPLOAD_REFUSED naming the limit, DISK_FULL
 */
export async function startUpload(
  db: Database,
  { name, kind, files, fingerprint, actor }: StartUpload,
  { maxUploadBytes, freeBytes = freeBytesOfDisk }: UploadLimits,
): Promise<DatasetUpload> {
  requireUsableFiles(kind, files);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (sizeBytes === 0) throw refused("It holds no bytes.");
  if (sizeBytes > maxUploadBytes)
    throw refused(
      `It is ${sizeBytes} bytes; this server takes up to ${maxUploadBytes} (DATA_UPLOAD_MAX_BYTES). ` +
        "Import it on the server: npm run data -- import.",
    );
  const open = await db.select().from(datasetUploads).where(eq(datasetUploads.state, "receiving"));
  const same = open.find((upload) => upload.actor === actor && upload.fingerprint === fingerprint);
  if (same) return same;
  if (open.length >= mostOpenUploads)
    throw refused(`${open.length} uploads are unfinished. Finish or cancel one of them first.`);
  // Its pieces, and its images once more in the store.
  const promised = open.reduce((sum, upload) => sum + 2 * upload.sizeBytes, 0);
  await mkdir(dataDirectory(), { recursive: true });
  const free = (await freeBytes()) - promised - reservedBytes;
  if (free < 2 * sizeBytes)
    throw refused(
      `It needs ${2 * sizeBytes} bytes, its images and its pieces while they arrive; ${Math.max(0, free)} are free.`,
    );
  return openUpload(db, { name, kind, files, fingerprint, actor, sizeBytes });
}

async function openUpload(db: Database, upload: StartUpload & { sizeBytes: number }): Promise<DatasetUpload> {
  const id = randomUUID();
  try {
    await mkdir(uploadFolder(id), { recursive: true, mode: 0o700 });
    await writeFile(uploadFile(id), "", { flag: "wx", mode: 0o600 });
    return await db.transaction(async (tx) => {
      const [row] = await tx
        .insert(datasetUploads)
        .values({ id, chunkBytes, ...upload })
        .returning();
      if (!row) throw new Error("the upload vanished");
      const { name, kind, sizeBytes, actor, files } = upload;
      await recordAuditEvent(tx, {
        action: "dataset_upload.started",
        actor,
        entityId: id,
        details: { name, kind, sizeBytes, files: files.length },
      });
      return row;
    });
  } catch (error) {
    await rm(uploadFolder(id), { recursive: true, force: true });
    throw diskError(error, uploadFolder(id));
  }
}

function requireUsableFiles(kind: UploadKind, files: readonly UploadedFile[]): void {
  if (kind === "archive" && files.length !== 1) throw refused("An archive is one file.");
  const seen = new Set<string>();
  for (const { path } of files) {
    const wrong = wrongPath(path);
    if (wrong !== null) throw refused(`The path ${JSON.stringify(path.slice(0, 200))} has ${wrong}.`);
    if (seen.has(path)) throw refused(`${path} comes twice.`);
    seen.add(path);
  }
}

async function freeBytesOfDisk(): Promise<number> {
  const { bavail, bsize } = await statfs(dataDirectory());
  return bavail * bsize;
}

function refused(why: string): PneumoscopeError {
  return new PneumoscopeError("UPLOAD_REFUSED", `The upload is not accepted. ${why}`);
}

/** @throws UPLOAD_NOT_FOUND; UPLOAD_INCOMPLETE where no more pieces are taken */
export async function requireOpenUpload(db: Pick<Database, "select">, id: string): Promise<DatasetUpload> {
  const [upload] = await db
    .select()
    .from(datasetUploads)
    .where(and(eq(datasetUploads.id, id)));
  if (!upload || upload.state === "cancelled" || upload.state === "expired")
    throw new PneumoscopeError("UPLOAD_NOT_FOUND", `There is no upload ${id}, or it was cancelled.`);
  if (upload.state === "received")
    throw new PneumoscopeError(
      "UPLOAD_INCOMPLETE",
      `The upload ${id} was handed over and takes no more pieces.`,
    );
  return upload;
}
