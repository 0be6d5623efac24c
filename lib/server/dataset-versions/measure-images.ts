import { setImmediate as nextTurn } from "node:timers/promises";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { imageMeasures } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import {
  type ImageMeasures,
  measuredSize,
  measureImage,
  measuresSchemaVersion,
} from "@/lib/dataset-report/image-measures";
import { PneumoscopeError } from "@/lib/errors";
import { decodeImage } from "@/lib/xray/decode-image";
import { toModelGray } from "@/lib/xray/model-gray";

export interface MeasuredImages {
  measuresOf: Map<Digest, ImageMeasures>;
  /** Why an image does not decode. */
  unreadable: Map<Digest, string>;
}

export type OnProgress = (progress: { done: number; total: number }) => void;

/** A query has at most 65,534 parameters. */
const readAtOnce = 5000;
/** What a process that dies has to measure again. */
const writtenAtOnce = 200;

/**
 * The measures of images, by their digest. What was measured before is read from the database; the rest is decoded, one
 * image at a time, and kept.
 * @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
 */
export async function measureImages(
  { db, store }: { db: Database; store: ArtifactStore },
  digests: readonly Digest[],
  onProgress?: OnProgress,
): Promise<MeasuredImages> {
  const measuresOf = await readMeasures(db, digests);
  const unreadable = new Map<Digest, string>();
  const missing = [...new Set(digests)].filter((digest) => !measuresOf.has(digest));
  const pending: (typeof imageMeasures.$inferInsert)[] = [];
  for (const [index, digest] of missing.entries()) {
    const measured = await measureStored(store, digest);
    if (typeof measured === "string") unreadable.set(digest, measured);
    else {
      measuresOf.set(digest, measured);
      pending.push({ digest, schemaVersion: measuresSchemaVersion, measures: measured });
    }
    if (pending.length >= writtenAtOnce) await writeMeasures(db, pending.splice(0));
    onProgress?.({ done: index + 1, total: missing.length });
    await nextTurn();
  }
  await writeMeasures(db, pending);
  return { measuresOf, unreadable };
}

/** The 224 × 224 gray levels of a stored image, with its own size. @throws the IMAGE_ errors, ARTIFACT_ errors */
export async function readModelGray(store: ArtifactStore, digest: Digest) {
  const image = await decodeImage(await store.get(digest));
  return { gray: toModelGray(image, measuredSize), rows: image.height, columns: image.width };
}

async function measureStored(store: ArtifactStore, digest: Digest): Promise<ImageMeasures | string> {
  try {
    const { gray, ...original } = await readModelGray(store, digest);
    return measureImage(gray, original);
  } catch (error) {
    if (error instanceof PneumoscopeError && /^(IMAGE|DICOM)_/.test(error.code)) return error.message;
    throw error;
  }
}

async function readMeasures(db: Database, digests: readonly Digest[]): Promise<Map<Digest, ImageMeasures>> {
  const known = new Map<Digest, ImageMeasures>();
  for (let from = 0; from < digests.length; from += readAtOnce) {
    const rows = await db
      .select()
      .from(imageMeasures)
      .where(
        and(
          inArray(imageMeasures.digest, digests.slice(from, from + readAtOnce)),
          eq(imageMeasures.schemaVersion, measuresSchemaVersion),
        ),
      );
    for (const { digest, measures } of rows) known.set(digest, measures);
  }
  return known;
}

async function writeMeasures(db: Database, rows: (typeof imageMeasures.$inferInsert)[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insert(imageMeasures)
    .values(rows)
    .onConflictDoUpdate({
      target: imageMeasures.digest,
      set: { schemaVersion: sql`excluded.schema_version`, measures: sql`excluded.measures` },
    });
}
