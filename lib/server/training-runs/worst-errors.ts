import { and, eq, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { modelVersions, predictions, promotionReviews } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { trainResultOf } from "./details";
import { requireRun } from "./runs";

export interface WorstError {
  /** Of the image; which image it is, only who may see the data set can tell. */
  digest: Digest | null;
  label: 0 | 1;
  /** Calibrated where the run's calibration is known. */
  probability: number;
}

/**
 * The held-out cases on which a run's model is furthest from the truth, the worst first: its logit on the wrong side
 * counts against it, whatever the threshold.
 * @throws RUN_NOT_FOUND
 */
export async function worstErrors(
  { db, store }: { db: Database; store: ArtifactStore },
  runId: string,
  limit: number,
): Promise<{ cases: WorstError[]; heldOut: number; calibrated: boolean }> {
  const { weightsDigest, datasetDigest } = await requireRun(db, runId);
  if (!weightsDigest || !datasetDigest) return { cases: [], heldOut: 0, calibrated: false };
  const ofRun = and(
    eq(predictions.weightsDigest, weightsDigest),
    eq(predictions.datasetDigest, datasetDigest),
    eq(predictions.split, "test"),
  );
  const wrongness = sql`case when ${predictions.label} = 1 then ${predictions.logit} else -${predictions.logit} end`;
  const [rows, [all], temperature] = await Promise.all([
    db
      .select({ caseId: predictions.caseId, label: predictions.label, logit: predictions.logit })
      .from(predictions)
      .where(ofRun)
      .orderBy(wrongness)
      .limit(limit),
    db.select({ cases: sql<number>`count(*)::int` }).from(predictions).where(ofRun),
    temperatureOf(db, runId, weightsDigest),
  ]);
  const digests = await digestsOf(store, datasetDigest);
  const cases = rows.map(({ caseId, label, logit }) => ({
    digest: digests.get(caseId) ?? null,
    label,
    probability: 1 / (1 + Math.exp(-logit / (temperature ?? 1))),
  }));
  return { cases, heldOut: all?.cases ?? 0, calibrated: temperature !== null };
}

/** From the training's own answer, else from a manifest that was made of it. */
async function temperatureOf(db: Database, runId: string, weightsDigest: Digest): Promise<number | null> {
  const trained = await trainResultOf(db, runId);
  if (trained) return trained.temperature;
  const [version] = await db
    .select({ signed: modelVersions.signedManifest })
    .from(modelVersions)
    .where(eq(modelVersions.weightsDigest, weightsDigest))
    .limit(1);
  if (version) return version.signed.manifest.calibration.temperature;
  const [review] = await db
    .select({ request: promotionReviews.request })
    .from(promotionReviews)
    .where(eq(promotionReviews.runId, runId));
  return review?.request.manifest.calibration.temperature ?? null;
}

/** A listing that is gone leaves the cases without their digests. */
async function digestsOf(store: ArtifactStore, dataset: Digest): Promise<Map<string, Digest>> {
  try {
    const { cases } = parseListing(await store.get(dataset));
    return new Map(cases.map(({ caseId, digest }) => [caseId, digest]));
  } catch {
    return new Map();
  }
}
