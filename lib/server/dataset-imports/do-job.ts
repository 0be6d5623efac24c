import { stat } from "node:fs/promises";
import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type DatasetJob, type DatasetJobPhase, datasetUploads } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { firstOf, type ImportSummary } from "@/lib/dataset/import-summary";
import { PneumoscopeError } from "@/lib/errors";
import { checkDatasetVersion } from "@/lib/server/dataset-versions/check";
import { type ImportedSource, importSource } from "@/lib/server/dataset-versions/import-source";
import { recordDatasetVersion } from "@/lib/server/dataset-versions/record";
import { versionOfFiles, withoutFolders } from "@/lib/server/dataset-versions/version-of-files";
import { uploadFile } from "./upload-folder";
import { uploadedSource } from "./uploaded-source";

export interface JobDependencies {
  db: Database;
  store: ArtifactStore;
  /** DATA_REMOTE. */
  dataRemote: string | undefined;
  /** The largest share of unusable files; absent: importFiles' own. */
  maxBadShare: number | undefined;
  signal: AbortSignal;
  onProgress(progress: { phase: DatasetJobPhase; done: number; total: number }): void;
  /** The version is in the record; its check is still to come. */
  onRecorded(summary: ImportSummary): Promise<void>;
}

/**
 * Imports a job's files as a dataset version and checks it; a version never becomes current here.
 * @throws DATASET_, DATA_ and ARCHIVE_ errors, DISK_FULL, the signal's reason
 */
export async function doJob(dependencies: JobDependencies, job: DatasetJob): Promise<void> {
  const { db, store, signal, onProgress } = dependencies;
  const digest = job.kind === "check" ? job.datasetDigest : await importJob(dependencies, job);
  if (!digest) throw new Error(`job ${job.id} names no version`);
  signal.throwIfAborted();
  await checkDatasetVersion(
    {
      db,
      store,
      onProgress(progress) {
        signal.throwIfAborted();
        onProgress({ phase: "checking", ...progress });
      },
    },
    digest,
  );
}

async function importJob(dependencies: JobDependencies, job: DatasetJob): Promise<Digest> {
  const imported = await readFiles(dependencies, job);
  const { listing, listingDigest: digest, badFiles, dvcMd5, newImages } = imported;
  const isNew = await recordDatasetVersion(dependencies, {
    digest,
    listing,
    badFiles,
    dvcMd5,
    source: job.kind === "upload" ? `upload:${job.title}` : job.title,
    name: job.input.name,
    actor: job.actor,
  });
  await dependencies.onRecorded({
    digest,
    images: listing.cases.length,
    newImages,
    badFiles: firstOf(badFiles.map(({ path, reason }) => ({ path, reason }))),
    unlabelled: firstOf(imported.unlabelled ?? []),
    wasKnown: !isNew,
  });
  return digest;
}

async function readFiles(
  { db, store, dataRemote, maxBadShare, signal, onProgress }: JobDependencies,
  { kind, input }: DatasetJob,
): Promise<ImportedSource & { unlabelled?: string[] }> {
  const options = {
    signal,
    onProgress: (progress: { done: number; total: number }) => onProgress({ phase: "reading", ...progress }),
    ...(maxBadShare === undefined ? {} : { maxBadShare }),
  };
  if (kind === "remote")
    return importSource(input.pointer ?? "", { db, store }, { ...options, remote: dataRemote });
  const { excludedFolders = [], addTo, uploadId = "" } = input;
  const source = withoutFolders(await sourceOfUpload(db, uploadId), excludedFolders);
  return versionOfFiles(source, store, { ...options, addTo });
}

async function sourceOfUpload(db: Database, id: string) {
  const [upload] = await db.select().from(datasetUploads).where(eq(datasetUploads.id, id));
  const file = uploadFile(id);
  const size = await stat(file).then(
    (facts) => facts.size,
    () => null,
  );
  if (!upload || size !== upload.sizeBytes)
    throw new PneumoscopeError("UPLOAD_NOT_FOUND", `The pieces of upload ${id} are not there any more.`);
  return uploadedSource(upload, file);
}
