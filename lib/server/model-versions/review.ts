import { and, eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type PromotionReview, promotionReviews } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { canonicalBytes, digestOfSync, type ModelManifest } from "@/lib/manifest";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { type PublishDependencies, type PublishRequest, publishModelVersion } from "./publish";

/** Enters a challenger that passed into the record for a person to approve; repeating it changes nothing. */
export async function requestReview(
  db: Database,
  { runId, manifest, expectedChampionSerial, actor }: PublishRequest,
): Promise<{ manifestDigest: Digest }> {
  const manifestDigest = digestOfSync(canonicalBytes(manifest));
  await db.transaction(async (tx) => {
    const added = await tx
      .insert(promotionReviews)
      .values({ runId, manifestDigest, request: { manifest, expectedChampionSerial } })
      .onConflictDoNothing()
      .returning({ runId: promotionReviews.runId });
    if (!added[0]) return;
    await recordAuditEvent(tx, {
      action: "model_version.review_requested",
      actor,
      entityId: runId,
      details: { manifestDigest, expectedChampionSerial },
    });
  });
  return { manifestDigest };
}

export interface ReviewVerdict {
  runId: string;
  /** Of the manifest that the reviewer saw; another one is refused. */
  manifestDigest: Digest;
  actor: string;
  note: string;
}

/**
 * Publishes what waits for review. Repeating it after a crash goes on with the publication.
 * @throws REVIEW_NOT_FOUND, REVIEW_REFUSED where it was rejected or the digest is another, CHAMPION_CHANGED where
 * another version was published since the comparison
 */
export async function approvePromotion(
  dependencies: PublishDependencies,
  verdict: ReviewVerdict,
): Promise<ModelManifest> {
  const { request } = await close(dependencies.db, verdict, "approved");
  return publishModelVersion(dependencies, { runId: verdict.runId, actor: verdict.actor, ...request });
}

/** Ends a review without a publication. @throws REVIEW_NOT_FOUND, REVIEW_REFUSED where it was approved or the digest is another */
export async function rejectPromotion(db: Database, verdict: ReviewVerdict): Promise<void> {
  await close(db, verdict, "rejected");
}

async function close(
  db: Database,
  { runId, manifestDigest, actor, note }: ReviewVerdict,
  state: "approved" | "rejected",
): Promise<PromotionReview> {
  return db.transaction(async (tx) => {
    const [review] = await tx
      .select()
      .from(promotionReviews)
      .where(eq(promotionReviews.runId, runId))
      .for("update");
    if (!review)
      throw new PneumoscopeError("REVIEW_NOT_FOUND", `No promotion of run ${runId} waits for review.`);
    if (review.manifestDigest !== manifestDigest) {
      throw new PneumoscopeError(
        "REVIEW_REFUSED",
        `Run ${runId} waits for a verdict on manifest ${review.manifestDigest}, not on ${manifestDigest}. Look at it again.`,
      );
    }
    if (review.state === state) return review;
    if (review.state !== "pending")
      throw new PneumoscopeError(
        "REVIEW_REFUSED",
        `The promotion of run ${runId} was ${review.state} before.`,
      );
    await tx
      .update(promotionReviews)
      .set({ state, reviewedBy: actor, note, reviewedAt: new Date() })
      .where(and(eq(promotionReviews.runId, runId), eq(promotionReviews.state, "pending")));
    await recordAuditEvent(tx, {
      action: `model_version.${state}`,
      actor,
      entityId: runId,
      details: { manifestDigest, note },
    });
    return review;
  });
}
