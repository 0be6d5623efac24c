import { asc, eq } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { type PromotionReview, promotionApprovals, promotionReviews } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { canonicalBytes, digestOfSync, type ModelManifest } from "@/lib/manifest";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { lockChampion } from "./current";
import { type PublishDependencies, type PublishRequest, publishWithin } from "./publish";
import { syncPointer } from "./sync-pointer";

export interface ReviewRequest extends PublishRequest {
  /** Different persons who must approve it. */
  approvalsNeeded?: number;
}

/** Enters a challenger that passed into the record for a person to approve; repeating it changes nothing. */
export async function requestReview(
  db: Database,
  { runId, manifest, expectedChampionSerial, actor, approvalsNeeded = 1 }: ReviewRequest,
): Promise<{ manifestDigest: Digest }> {
  const manifestDigest = digestOfSync(canonicalBytes(manifest));
  await db.transaction(async (tx) => {
    const added = await tx
      .insert(promotionReviews)
      .values({ runId, manifestDigest, request: { manifest, expectedChampionSerial }, approvalsNeeded })
      .onConflictDoNothing()
      .returning({ runId: promotionReviews.runId });
    if (!added[0]) return;
    await recordAuditEvent(tx, {
      action: "model_version.review_requested",
      actor,
      entityId: runId,
      details: { manifestDigest, expectedChampionSerial, approvalsNeeded },
    });
  });
  return { manifestDigest };
}

/** Whether a run's challenger waits, or waited, for review. */
export async function isReviewAsked(db: Database, runId: string): Promise<boolean> {
  const rows = await db
    .select({ runId: promotionReviews.runId })
    .from(promotionReviews)
    .where(eq(promotionReviews.runId, runId));
  return rows.length > 0;
}

export interface ReviewVerdict {
  runId: string;
  /** Of the manifest that the reviewer saw; another one is refused. */
  manifestDigest: Digest;
  actor: string;
  note: string;
}

export interface ApprovalOutcome {
  approvedBy: string[];
  approvalsNeeded: number;
  /** Null while another person has to approve. */
  published: ModelManifest | null;
}

/**
 * Approves what waits for review; the last approval that is needed and the publication are one transaction. Repeating
 * it by the same person changes nothing.
 * @throws REVIEW_NOT_FOUND; REVIEW_REFUSED where another person decided before or the digest is another;
 * CHAMPION_CHANGED where another version was published since the comparison (the review then stays open)
 */
export async function approvePromotion(
  { db, ...rest }: PublishDependencies,
  verdict: ReviewVerdict,
): Promise<ApprovalOutcome> {
  const outcome = await db.transaction(async (tx): Promise<ApprovalOutcome> => {
    const review = await lockReview(tx, verdict);
    // Before the audit trail, as every publication does: in another order the two would wait for each other.
    await lockChampion(tx);
    const { runId, manifestDigest, actor, note } = verdict;
    const before = await approversOf(tx, runId);
    const isRepeated = before.some((name) => isSamePerson(name, actor));
    if (review.state !== "pending" && !(review.state === "approved" && isRepeated))
      throw decidedBefore(review);
    if (!isRepeated)
      await tx.insert(promotionApprovals).values({ runId, approvedBy: actor, manifestDigest, note });
    const approvedBy = isRepeated ? before : [...before, actor];
    const { approvalsNeeded } = review;
    const isLast = !isRepeated && approvedBy.length >= approvalsNeeded;
    if (!isRepeated)
      await recordAuditEvent(tx, {
        action: isLast ? "model_version.approved" : "model_version.approval_added",
        actor,
        entityId: runId,
        details: { manifestDigest, note, approvedBy, approvalsNeeded },
      });
    if (isLast) await settle(tx, verdict, "approved");
    const isApproved = isLast || review.state === "approved";
    const published = isApproved ? await publishWithin(tx, rest, { runId, actor, ...review.request }) : null;
    return { approvedBy, approvalsNeeded, published };
  });
  if (outcome.published) await syncPointer(db, rest.store);
  return outcome;
}

/**
 * Ends a review without a publication. Repeating it by the same person changes nothing.
 * @throws REVIEW_NOT_FOUND, REVIEW_REFUSED where another person decided before or the digest is another
 */
export async function rejectPromotion(db: Database, verdict: ReviewVerdict): Promise<void> {
  await db.transaction(async (tx) => {
    const review = await lockReview(tx, verdict);
    const { runId, manifestDigest, actor, note } = verdict;
    if (review.state === "rejected" && isSamePerson(review.reviewedBy ?? "", actor)) return;
    if (review.state !== "pending") throw decidedBefore(review);
    await settle(tx, verdict, "rejected");
    await recordAuditEvent(tx, {
      action: "model_version.rejected",
      actor,
      entityId: runId,
      details: { manifestDigest, note },
    });
  });
}

/** Whoever decides at the same time waits here, then sees what was decided. */
async function lockReview(
  tx: DatabaseOrTransaction,
  { runId, manifestDigest }: ReviewVerdict,
): Promise<PromotionReview> {
  const [review] = await tx
    .select()
    .from(promotionReviews)
    .where(eq(promotionReviews.runId, runId))
    .for("update");
  if (!review)
    throw new PneumoscopeError("REVIEW_NOT_FOUND", `No promotion of run ${runId} waits for review.`);
  if (review.manifestDigest === manifestDigest) return review;
  throw new PneumoscopeError(
    "REVIEW_REFUSED",
    `Run ${runId} waits for a verdict on manifest ${review.manifestDigest}, not on ${manifestDigest}. Look at it again.`,
  );
}

async function settle(
  tx: DatabaseOrTransaction,
  { runId, actor, note }: ReviewVerdict,
  state: "approved" | "rejected",
): Promise<void> {
  await tx
    .update(promotionReviews)
    .set({ state, reviewedBy: actor, note, reviewedAt: new Date() })
    .where(eq(promotionReviews.runId, runId));
}

async function approversOf(tx: DatabaseOrTransaction, runId: string): Promise<string[]> {
  const rows = await tx
    .select()
    .from(promotionApprovals)
    .where(eq(promotionApprovals.runId, runId))
    .orderBy(asc(promotionApprovals.approvedAt));
  return rows.map(({ approvedBy }) => approvedBy);
}

function isSamePerson(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

function decidedBefore({ runId, state, reviewedBy, note, reviewedAt }: PromotionReview): PneumoscopeError {
  const when = reviewedAt ? ` at ${reviewedAt.toISOString()}` : "";
  return new PneumoscopeError(
    "REVIEW_REFUSED",
    `The promotion of run ${runId} was ${state} before, by ${reviewedBy ?? "someone"}${when}: ${note ?? ""}`,
  );
}
