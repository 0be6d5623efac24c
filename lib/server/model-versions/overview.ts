import { asc, desc, eq, inArray, or } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import {
  auditEvents,
  champion,
  datasetVersions,
  decisions,
  type ModelVersion,
  modelAliases,
  modelVersions,
  promotionApprovals,
  promotionReviews,
  revocations,
  signingKeys,
} from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { aliasesBySerial, listAliases } from "./aliases";
import { toRevocation } from "./issue-trust-list";

/** Every version, newest first, what waits for a person, and the keys. */
export async function modelsOverview(db: Database) {
  const revoked = new Map((await db.select().from(revocations)).map((row) => [row.serial, row.reason]));
  // Not the manifests: a thousand of them are a second's work.
  const { serial, version, state, weightsDigest, runId, publishedAt, keyId, restoresVersion, auc } =
    modelVersions;
  const versions = await db
    .select({ serial, version, state, weightsDigest, runId, publishedAt, keyId, restoresVersion, auc })
    .from(modelVersions)
    .orderBy(desc(serial))
    .limit(1_000);
  const reviews = await db
    .select()
    .from(promotionReviews)
    .where(eq(promotionReviews.state, "pending"))
    .orderBy(asc(promotionReviews.createdAt));
  const approvals = await db.select().from(promotionApprovals);
  const aliases = await aliasesBySerial(db);
  const keys = await db.select().from(signingKeys).orderBy(asc(signingKeys.since));
  return {
    versions: versions.map(({ restoresVersion: restores, publishedAt: at, ...row }) => ({
      ...row,
      aliases: aliases.get(row.serial) ?? [],
      revoked: revoked.get(row.serial) ?? null,
      restores,
      publishedAt: at.toISOString(),
    })),
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
  const version = await findVersion(db, name);
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
  const names = [version?.version ?? name, ...(run ? [run.id] : [])];
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
  const manifest = version?.signedManifest.manifest ?? review?.request.manifest ?? null;
  return {
    name: version?.version ?? name,
    version: version?.version ?? null,
    serial: version?.serial ?? null,
    publishedAt: version?.publishedAt.toISOString() ?? null,
    aliases: version ? ((await aliasesBySerial(db)).get(version.serial) ?? []) : [],
    allAliases: await listAliases(db),
    lineage: {
      previous: version?.signedManifest.manifest.previousVersion ?? null,
      restores: manifest?.restoresVersion ?? null,
      runId: run?.id ?? null,
      datasetDigest: manifest?.dataset.digest ?? null,
      /** Whether the record has that version: the shipped model's data stayed where it was trained. */
      hasDataset: manifest ? await hasDatasetVersion(db, manifest.dataset.digest) : false,
      followedBy: version ? await versionsAfter(db, version.version) : [],
      comparedWith: version ? await challengersOf(db, version.serial) : [],
    },
    state: version?.state ?? null,
    run: run ? { id: run.id, state: run.state, reason: run.reason } : null,
    manifest,
    signature: version?.signedManifest.signature ?? null,
    /** Of a published version, as it was signed. */
    signed: version?.signedManifest ?? null,
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
    decision: decision
      ? {
          outcome: decision.outcome,
          reasons: decision.reasons,
          rules: decision.comparison.rules,
          champion: await versionOf(db, decision.championSerial),
          look: decision.look,
          level: decision.level,
          decidedAt: decision.decidedAt.toISOString(),
        }
      : null,
    events: events.reverse().map(({ at, action, actor, details }) => ({ at, action, actor, details })),
  };
}

const mostRelatives = 20;

/** By its name, or by an alias; "champion" is the version in use. */
async function findVersion(db: Database, name: string): Promise<ModelVersion | undefined> {
  const [named] = await db.select().from(modelVersions).where(eq(modelVersions.version, name));
  if (named) return named;
  const [holder] =
    name === "champion"
      ? await db.select({ serial: champion.serial }).from(champion)
      : await db
          .select({ serial: modelAliases.serial })
          .from(modelAliases)
          .where(eq(modelAliases.alias, name));
  if (!holder) return undefined;
  const [version] = await db.select().from(modelVersions).where(eq(modelVersions.serial, holder.serial));
  return version;
}

async function versionOf(db: Database, serial: number): Promise<string | null> {
  const [row] = await db
    .select({ version: modelVersions.version })
    .from(modelVersions)
    .where(eq(modelVersions.serial, serial));
  return row?.version ?? null;
}

/** Versions that replaced it or restore it. */
async function versionsAfter(db: Database, version: string): Promise<string[]> {
  const { previousVersion, restoresVersion, serial } = modelVersions;
  const rows = await db
    .select({ version: modelVersions.version })
    .from(modelVersions)
    .where(or(eq(previousVersion, version), eq(restoresVersion, version)))
    .orderBy(desc(serial))
    .limit(mostRelatives);
  return rows.map((row) => row.version);
}

/** Runs whose challenger was compared with it, newest first. */
async function challengersOf(db: Database, serial: number) {
  return db
    .select({ runId: decisions.runId, outcome: decisions.outcome })
    .from(decisions)
    .where(eq(decisions.championSerial, serial))
    .orderBy(desc(decisions.decidedAt))
    .limit(mostRelatives);
}

async function hasDatasetVersion(db: Database, digest: Digest): Promise<boolean> {
  const [row] = await db
    .select({ digest: datasetVersions.digest })
    .from(datasetVersions)
    .where(eq(datasetVersions.digest, digest));
  return row !== undefined;
}
