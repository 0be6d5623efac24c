import type { Digest } from "@/lib/artifacts/store";
import type { Md5 } from "@/lib/dvc/md5";
import { PneumoscopeError } from "@/lib/errors";
import type { BadFile } from "@/lib/node/import-dataset";
import { importSource } from "@/lib/server/dataset-versions/import-source";
import { findSameRun, startRun } from "@/lib/server/training-runs/runs";
import { type RunContext, stage } from "./run-context";

export interface Look {
  skip: string | null;
  datasetDigest: Digest | null;
  badFiles: BadFile[];
  dvcMd5: Md5 | null;
}

/** Reads the run's data, and says where there is nothing to train on. */
export async function look(context: RunContext): Promise<Look> {
  const { db, run, log } = context;
  await startRun(db, run.id);
  await stage(context, "look");
  const imported = await importUnlessEmpty(context);
  if (imported === null)
    return { skip: `There are no images in ${run.source}.`, datasetDigest: null, badFiles: [], dvcMd5: null };
  const { listingDigest, badFiles, listing, newImages, dvcMd5 } = imported;
  for (const file of badFiles) log(`left out: ${file.path}: ${file.reason}`);
  log(`${listing.cases.length} images, ${newImages} of them new here: ${listingDigest}`);
  const same = await findSameRun(db, run, listingDigest);
  const skip = same
    ? `No new data: run ${same.id} already trained on dataset version ${listingDigest} with this configuration.`
    : null;
  return { skip, datasetDigest: listingDigest, badFiles, dvcMd5 };
}

/** A scheduled run over a folder that nobody has filled yet is no failure. */
async function importUnlessEmpty(context: RunContext) {
  const { db, store, run, dataRemote, maxBadShare, onImportProgress } = context;
  try {
    const options = {
      remote: dataRemote,
      ...(maxBadShare === undefined ? {} : { maxBadShare }),
      ...(onImportProgress ? { onProgress: onImportProgress } : {}),
    };
    return await importSource(run.source, { db, store }, options);
  } catch (error) {
    const absent = error instanceof PneumoscopeError && error.code === "DATASET_NOT_FOUND";
    if (absent && run.trigger === "schedule") return null;
    throw error;
  }
}
