import { desc } from "drizzle-orm";
import { type Database, sqlStateOf } from "@/drizzle/client";
import { datasetVersions, type EvaluationSet, evaluationSets } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { buildListing } from "@/lib/dataset/build-listing";
import { type DatasetListing, parseListing } from "@/lib/dataset/listing";
import { describeShared, sharedCases } from "@/lib/dataset/shared-cases";
import { PneumoscopeError } from "@/lib/errors";
import { folderSource } from "@/lib/node/folder-source";
import { type ImportOptions, importFiles, keepListing, namingErrors } from "@/lib/node/import-dataset";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { lockStoredFiles, requireStored } from "@/lib/server/dataset-versions/require-stored";
import { findEvaluationSet, listEvaluationSets } from "./list";

/** Everything is held out: no side of an evaluation set is trained on. */
export const evaluationShares = { train: 0, validation: 0, test: 1 };
const nameRule = /^[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}$/;
const uniqueViolation = "23505";

export interface NewEvaluationSet {
  name: string;
  /** With NORMAL/ and PNEUMONIA/ below it, as a data folder. */
  folder: string;
  actor: string;
}

/**
 * Registers a folder of labelled images as an evaluation set: its images and listing become artifacts, so the folder may
 * go away. The same name and images again change nothing.
 * @throws CONFIG_INVALID for the name, EVALUATION_SET_TAKEN, DATASET_LEAKS where an image or patient is in a dataset
 * version or another set, DATASET_NOT_FOUND, DATASET_INVALID, DATASET_TOO_MANY_BAD_FILES, DISK_FULL
 */
export async function addEvaluationSet(
  { db, store }: { db: Database; store: ArtifactStore },
  { name, folder, actor }: NewEvaluationSet,
  options: ImportOptions = {},
): Promise<EvaluationSet> {
  requireName(name);
  const { files, badFiles } = await importFiles(await folderSource(folder), store, options);
  const heldOut = files.map((file) => ({ ...file, split: "test" as const }));
  const listing = namingErrors(folder, () => buildListing(heldOut, undefined, evaluationShares));
  const digest = await keepListing(listing, store);
  const same = await findEvaluationSet(db, name);
  if (same?.digest === digest) return same;
  if (same) throw taken(name);
  await requireApart({ db, store }, name, listing);
  const positives = listing.cases.filter((item) => item.label === 1).length;
  const patients = new Set(listing.cases.map((item) => item.patientId)).size;
  const row = { name, digest, images: listing.cases.length, patients, positives };
  try {
    return await db.transaction(async (tx) => {
      await lockStoredFiles(tx, "shared");
      await requireStored(store, digest, listing);
      const [added] = await tx
        .insert(evaluationSets)
        .values({ ...row, unreadable: badFiles.length, source: folder, addedBy: actor })
        .returning();
      if (!added) throw new Error(`Evaluation set ${name} vanished.`);
      await recordAuditEvent(tx, {
        action: "evaluation_set.added",
        actor,
        entityId: name,
        details: { ...row, source: folder },
      });
      return added;
    });
  } catch (error) {
    if (sqlStateOf(error) === uniqueViolation) throw taken(name);
    throw error;
  }
}

function requireName(name: string): void {
  if (nameRule.test(name)) return;
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `“${name}” cannot name an evaluation set: use up to 40 letters, digits, spaces, dots, dashes and underscores.`,
  );
}

function taken(name: string): PneumoscopeError {
  return new PneumoscopeError(
    "EVALUATION_SET_TAKEN",
    `There is an evaluation set “${name}” already, with other images. Remove it first, or choose another name.`,
  );
}

async function requireApart(
  { db, store }: { db: Database; store: ArtifactStore },
  name: string,
  listing: DatasetListing,
): Promise<void> {
  for (const other of await listEvaluationSets(db)) {
    const theirs = parseListing(await store.get(other.digest));
    const shared = describeShared(sharedCases(listing.cases, theirs.cases));
    if (shared === null) continue;
    throw new PneumoscopeError(
      "DATASET_LEAKS",
      `Evaluation set “${name}” shares ${shared} with evaluation set “${other.name}”; they would count twice. ` +
        "Take them out of one of the two; a patient is known by the file's name.",
    );
  }
  const versions = await db.select().from(datasetVersions).orderBy(desc(datasetVersions.createdAt));
  for (const version of versions) {
    const theirs = parseListing(await store.get(version.digest));
    const shared = describeShared(sharedCases(listing.cases, theirs.cases));
    if (shared === null) continue;
    throw new PneumoscopeError(
      "DATASET_LEAKS",
      `Evaluation set “${name}” shares ${shared} with dataset version ${version.digest} (from ${version.source}), ` +
        "which models were or may be trained on. Take them out of the set; a patient is known by the file's name.",
    );
  }
}
