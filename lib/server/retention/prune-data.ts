import { rm } from "node:fs/promises";
import { inArray } from "drizzle-orm";
import { z } from "zod";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { imageMeasures } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { forgetFile } from "@/lib/node/file-facts";
import { inParallel } from "@/lib/node/in-parallel";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { lockStoredFiles } from "@/lib/server/dataset-versions/require-stored";
import { findUnusedData, type UnusedData } from "./find-unused-data";

/** What goes, or would. */
export const prunedData = z.object({
  images: z.int(),
  otherFiles: z
    .int()
    .describe("what came with images: DVC's listings, tables of labels, anything else in an added folder"),
  documents: z.int().describe("listings and reports of deleted versions"),
  thumbnails: z.int(),
  sizeBytes: z.int(),
});
export type PrunedData = z.infer<typeof prunedData>;

export interface PruneOptions {
  /** What a version that was deleted since held stays, and what an import stored since. At least one. */
  days: number;
  /** A person's address, or what did it. */
  actor: string;
  dryRun?: boolean;
  now?: Date;
}

const dayMs = 24 * 60 * 60_000;
const atOnce = 8;
/** A query has at most 65,534 parameters. */
const rowsAtOnce = 5_000;

/**
 * Removes what only deleted versions and unfinished imports held, with their thumbnails and measures. While it goes on no
 * version is recorded; an import goes on, as what it stores or counts on is too new to go. What goes is on record before
 * the first file does: a crash leaves files too many, which the next time takes.
 * @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT where what a version refers to cannot be told: then nothing goes
 */
export async function pruneData(
  { db, store }: { db: Database; store: ArtifactStore },
  { days, actor, dryRun = false, now = new Date() }: PruneOptions,
): Promise<PrunedData> {
  if (!(days >= 1)) throw new RangeError("What an import has just stored never goes: days is at least 1.");
  const before = new Date(now.getTime() - days * dayMs);
  if (dryRun) return countOf(await findUnusedData({ db, store }, before));
  // Held until the last file is gone; the record is written beside it, so that it is there before.
  return db.transaction(async (guard) => {
    await lockStoredFiles(guard, "alone");
    const unused = await findUnusedData({ db: guard, store }, before);
    const counted = countOf(unused);
    if (unused.files.length + unused.documents.length + unused.thumbnails.length === 0) return counted;
    await db.transaction(async (tx) => {
      await deleteMeasures(
        tx,
        unused.files.map(({ digest }) => digest),
      );
      await recordAuditEvent(tx, {
        action: "retention.cleaned",
        actor,
        entityId: "data",
        details: { ...counted, days },
      });
    });
    await inParallel(unused.thumbnails, atOnce, ({ file }) => rm(file, { force: true }));
    await inParallel(unused.files, atOnce, (file) => forgetFile(store, file));
    await inParallel(unused.documents, atOnce, ({ digest }) => store.remove(digest));
    return counted;
  });
}

function countOf({ files, documents, thumbnails }: UnusedData): PrunedData {
  const images = files.filter(({ image }) => image).length;
  return {
    images,
    otherFiles: files.length - images,
    documents: documents.length,
    thumbnails: thumbnails.length,
    sizeBytes: [...files, ...documents, ...thumbnails].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

async function deleteMeasures(tx: DatabaseOrTransaction, digests: Digest[]): Promise<void> {
  for (let from = 0; from < digests.length; from += rowsAtOnce)
    await tx
      .delete(imageMeasures)
      .where(inArray(imageMeasures.digest, digests.slice(from, from + rowsAtOnce)));
}
