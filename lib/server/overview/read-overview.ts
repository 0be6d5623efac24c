import { and, asc, count, desc, eq, inArray, ne, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import {
  auditEvents,
  champion,
  datasetVersions,
  decisions,
  epochMetrics,
  modelVersions,
  promotionApprovals,
  promotionReviews,
  revocations,
  trainingRuns,
  users,
} from "@/drizzle/schema";
import { trainingProgress } from "./training-progress";

const mostRuns = 5;
const mostWaiting = 20;
const mostEvents = 8;

/** What an administrator or doctor wants to know first: what is in use, what goes on, what waits, what happened. */
export async function readOverview(db: Database, now = new Date()) {
  const [inUse, current, last, waiting, events, setUp] = await Promise.all([
    readChampion(db),
    readCurrentRuns(db, now),
    readLastRun(db),
    readWaiting(db),
    readEvents(db),
    readSetUp(db),
  ]);
  return { champion: inUse, current, last, waiting, events, setUp };
}

async function readChampion(db: Database) {
  const [row] = await db
    .select({
      version: modelVersions.version,
      serial: modelVersions.serial,
      runId: modelVersions.runId,
      manifest: sql<
        (typeof modelVersions.$inferSelect)["signedManifest"]["manifest"]
      >`${modelVersions.signedManifest}->'manifest'`,
      since: champion.since,
      revoked: revocations.reason,
    })
    .from(champion)
    .innerJoin(modelVersions, eq(modelVersions.serial, champion.serial))
    .leftJoin(revocations, eq(revocations.serial, champion.serial));
  if (!row) return null;
  const { manifest, ...version } = row;
  const { auc, sensitivity, specificity, accuracy, n, patients } = manifest.metrics;
  return {
    ...version,
    threshold: manifest.threshold.probability,
    figures: { auc, sensitivity, specificity, accuracy },
    heldOut: { images: n, patients },
  };
}

const runColumns = {
  id: trainingRuns.id,
  state: trainingRuns.state,
  stage: trainingRuns.stage,
  createdAt: trainingRuns.createdAt,
  startedAt: trainingRuns.startedAt,
};

async function readCurrentRuns(db: Database, now: Date) {
  const runs = await db
    .select({
      ...runColumns,
      trigger: trainingRuns.trigger,
      epochs: sql<number>`(${trainingRuns.config}->>'epochs')::int`,
      jobProgress: trainingRuns.progress,
    })
    .from(trainingRuns)
    .where(inArray(trainingRuns.state, ["queued", "running"]))
    .orderBy(asc(trainingRuns.createdAt))
    .limit(mostRuns);
  if (runs.length === 0) return [];
  const epochs = await db
    .select({
      runId: epochMetrics.runId,
      epoch: epochMetrics.epoch,
      valLoss: epochMetrics.val_loss,
      auc: epochMetrics.auc,
      durationMs: epochMetrics.durationMs,
      recordedAt: epochMetrics.recordedAt,
    })
    .from(epochMetrics)
    .where(
      inArray(
        epochMetrics.runId,
        runs.map(({ id }) => id),
      ),
    )
    .orderBy(asc(epochMetrics.epoch));
  return runs.map(({ jobProgress, ...run }) => {
    const own = epochs.filter(({ runId }) => runId === run.id);
    const latest = own.at(-1);
    return {
      ...run,
      progress: run.stage === "train" ? trainingProgress(own, run.epochs, now, jobProgress) : null,
      latest: latest ? { epoch: latest.epoch, auc: latest.auc, valLoss: latest.valLoss } : null,
    };
  });
}

async function readLastRun(db: Database) {
  const [run] = await db
    .select({
      ...runColumns,
      reason: trainingRuns.reason,
      finishedAt: trainingRuns.finishedAt,
      outcome: decisions.outcome,
    })
    .from(trainingRuns)
    .leftJoin(decisions, eq(decisions.runId, trainingRuns.id))
    .where(and(ne(trainingRuns.state, "queued"), ne(trainingRuns.state, "running")))
    .orderBy(desc(trainingRuns.createdAt))
    .limit(1);
  return run ?? null;
}

async function readWaiting(db: Database) {
  const reviews = await db
    .select({
      runId: promotionReviews.runId,
      since: promotionReviews.createdAt,
      approvalsNeeded: promotionReviews.approvalsNeeded,
    })
    .from(promotionReviews)
    .where(eq(promotionReviews.state, "pending"))
    .orderBy(asc(promotionReviews.createdAt))
    .limit(mostWaiting);
  if (reviews.length === 0) return [];
  const given = await db
    .select({ runId: promotionApprovals.runId, approvals: count() })
    .from(promotionApprovals)
    .where(
      inArray(
        promotionApprovals.runId,
        reviews.map(({ runId }) => runId),
      ),
    )
    .groupBy(promotionApprovals.runId);
  const approvalsOf = new Map(given.map(({ runId, approvals }) => [runId, approvals]));
  return reviews.map((review) => ({ ...review, approvals: approvalsOf.get(review.runId) ?? 0 }));
}

/** Of the work; who signed in where is for the audit trail's readers. */
export const eventsOfWork = sql`${auditEvents.action} !~ '^(user|api_token|feedback)[.]'`;

function readEvents(db: Database) {
  return db
    .select({
      id: auditEvents.id,
      at: auditEvents.at,
      action: auditEvents.action,
      entityId: auditEvents.entityId,
    })
    .from(auditEvents)
    .where(eventsOfWork)
    .orderBy(desc(auditEvents.id))
    .limit(mostEvents);
}

/** What a new installation has done so far. */
async function readSetUp(db: Database) {
  const [data, run, decided, people] = await Promise.all([
    db.select({ one: sql`1` }).from(datasetVersions).limit(1),
    db.select({ one: sql`1` }).from(trainingRuns).where(eq(trainingRuns.state, "succeeded")).limit(1),
    db.select({ one: sql`1` }).from(decisions).limit(1),
    db.select({ one: sql`1` }).from(users).limit(2),
  ]);
  return {
    hasData: data.length > 0,
    hasRun: run.length > 0,
    hasDecision: decided.length > 0,
    hasColleague: people.length > 1,
  };
}
