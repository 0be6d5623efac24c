import { asc, desc, eq, inArray } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import {
  auditEvents,
  decisions,
  modelVersions,
  promotionApprovals,
  promotionReviews,
  revocations,
  signingKeys,
} from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { listModelVersions } from "./current";
import { toRevocation } from "./issue-trust-list";

/** Every version, newest first, what waits for a person, and the keys. */
export async function modelsOverview(db: Database) {
  const revoked = new Map((await db.select().from(revocations)).map((row) => [row.serial, row.reason]));
  const versions = await listModelVersions(db, 1_000);
  const reviews = await db
    .select()
    .from(promotionReviews)
    .where(eq(promotionReviews.state, "pending"))
    .orderBy(asc(promotionReviews.createdAt));
  const approvals = await db.select().from(promotionApprovals);
  const keys = await db.select().from(signingKeys).orderBy(asc(signingKeys.since));
  return {
    versions: versions.map(
      ({ serial, version, state, weightsDigest, runId, publishedAt, signedManifest }) => ({
        serial,
        version,
        state,
        revoked: revoked.get(serial) ?? null,
        restores: signedManifest.manifest.restoresVersion ?? null,
        runId,
        weightsDigest,
        keyId: signedManifest.signature.keyId,
        auc: signedManifest.manifest.metrics.auc.value,
        publishedAt: publishedAt.toISOString(),
      }),
    ),
    waiting: reviews.map(({ runId, manifestDigest, approvalsNeeded, createdAt }) => ({
      runId,
      manifestDigest,
      approvalsNeeded,
      approvedBy: approvals.filter((row) => row.runId === runId).map(({ approvedBy }) => approvedBy),
      since: createdAt.toISOString(),
    })),
    keys: keys.map(({ keyId, role, state, lastSerial, since }) => ({
      keyId,
      role,
      state,
      lastSerial,
      since: since.toISOString(),
    })),
  };
}

/**
 * All that is on record about a version, or about the run of a challenger.
 * @throws MODEL_VERSION_NOT_FOUND where there is neither
 */
export async function modelDetails(db: Database, name: string) {
  const [version] = await db.select().from(modelVersions).where(eq(modelVersions.version, name));
  const runId = version ? version.runId : name;
  const run =
    runId === null
      ? undefined
      : await db.query.trainingRuns.findFirst({
          where: (table, { eq: equals }) => equals(table.id, runId),
        });
  if (!version && !run) {
    throw new PneumoscopeError(
      "MODEL_VERSION_NOT_FOUND",
      `There is no model version and no run ${name}. “npm run models -- list” names them.`,
    );
  }
  const names = [name, ...(run ? [run.id] : [])];
  const [revocation] = version
    ? await db.select().from(revocations).where(eq(revocations.serial, version.serial))
    : [];
  const [review] = run
    ? await db.select().from(promotionReviews).where(eq(promotionReviews.runId, run.id))
    : [];
  const approvals = run
    ? await db.select().from(promotionApprovals).where(eq(promotionApprovals.runId, run.id))
    : [];
  const [decision] = run ? await db.select().from(decisions).where(eq(decisions.runId, run.id)) : [];
  const events = await db
    .select()
    .from(auditEvents)
    .where(inArray(auditEvents.entityId, names))
    .orderBy(desc(auditEvents.id))
    .limit(200);
  return {
    name,
    state: version?.state ?? null,
    run: run ? { id: run.id, state: run.state, reason: run.reason } : null,
    manifest: version?.signedManifest.manifest ?? review?.request.manifest ?? null,
    signature: version?.signedManifest.signature ?? null,
    revocation: revocation ? toRevocation(revocation) : null,
    review: review
      ? {
          state: review.state,
          manifestDigest: review.manifestDigest,
          approvalsNeeded: review.approvalsNeeded,
          approvals: approvals.map(({ approvedBy, note, approvedAt }) => ({ approvedBy, note, approvedAt })),
          reviewedBy: review.reviewedBy,
          note: review.note,
        }
      : null,
    decision: decision ? { outcome: decision.outcome, reasons: decision.reasons } : null,
    events: events.reverse().map(({ at, action, actor, details }) => ({ at, action, actor, details })),
  };
}
