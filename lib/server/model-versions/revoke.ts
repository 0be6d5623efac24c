import { desc, eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type ModelVersion, modelVersions, revocations } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { type ModelManifest, manifestDigestOf } from "@/lib/manifest";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { findVersionByName, lockChampion } from "./current";
import { issueTrustList } from "./issue-trust-list";
import type { PublishDependencies } from "./publish";
import { findRevokedWeights } from "./revoked-weights";
import { restoreWithin } from "./roll-back";
import { activeSigningKey } from "./signing-keys";
import { syncPointer } from "./sync-pointer";

export interface RevokeRequest {
  version: string;
  actor: string;
  reason: string;
  /** What takes over where the champion is revoked; absent: the newest version that is left. */
  successor?: string | undefined;
  /** Leaves pages without a model where the champion is revoked. */
  withoutSuccessor?: boolean;
}

export interface RevokeOutcome {
  /** The version and all others with its weights. */
  revoked: string[];
  /** Published in the same transaction, where the champion was revoked. */
  successor: ModelManifest | null;
}

/**
 * Withdraws a version, and every other with the same weights, for good. Where it is the champion another version takes
 * over in the same transaction. Open pages hear it at their next check, offline ones at their next contact.
 * Repeating it changes nothing.
 * @throws MODEL_VERSION_NOT_FOUND where the version, or one that could take over, is not there
 */
export async function revokeModelVersion(
  { db, store, signingKey }: PublishDependencies,
  request: RevokeRequest,
): Promise<RevokeOutcome> {
  const { version, actor, reason } = request;
  const outcome = await db.transaction(async (tx) => {
    const before = await lockChampion(tx);
    const { weightsDigest } = await findVersionByName(tx, version);
    if (await findRevokedWeights(tx, weightsDigest))
      return { revoked: await namesOf(tx, weightsDigest), successor: null };
    const key = await activeSigningKey(tx, signingKey);
    const rows = await tx.select().from(modelVersions).where(eq(modelVersions.weightsDigest, weightsDigest));
    await tx.insert(revocations).values(
      rows.map((row) => ({
        serial: row.serial,
        version: row.version,
        manifestDigest: manifestDigestOf(row.signedManifest.manifest),
        weightsDigest,
        reason,
        revokedBy: actor,
        revokedAt: new Date(),
      })),
    );
    const isChampion = before?.weightsDigest === weightsDigest;
    const target = isChampion && !request.withoutSuccessor ? await successorOf(tx, request) : null;
    const successor = target
      ? await restoreWithin(tx, { store, signingKey: key }, { target, before, actor, reason })
      : null;
    await issueTrustList(tx, store, key);
    const revoked = await namesOf(tx, weightsDigest);
    await recordAuditEvent(tx, {
      action: "model_version.revoked",
      actor,
      entityId: version,
      details: {
        revoked,
        weightsDigest,
        reason,
        wasChampion: isChampion,
        successor: successor?.version ?? null,
      },
    });
    return { revoked, successor };
  });
  await syncPointer(db, store);
  return outcome;
}

async function successorOf(
  tx: DatabaseOrTransaction,
  { version, successor }: RevokeRequest,
): Promise<ModelVersion> {
  if (successor !== undefined) return findVersionByName(tx, successor);
  const gone = new Set((await tx.select().from(revocations)).map((row) => row.weightsDigest));
  const versions = await tx.select().from(modelVersions).orderBy(desc(modelVersions.serial));
  const left = versions.find(({ weightsDigest }) => !gone.has(weightsDigest));
  if (left) return left;
  throw new PneumoscopeError(
    "MODEL_VERSION_NOT_FOUND",
    `${version} is in use and no other version is left to take over. Nothing was changed. Publish another one first, ` +
      "or revoke it with --no-successor: pages then have no model, and say why.",
  );
}

async function namesOf(tx: DatabaseOrTransaction, weightsDigest: Digest): Promise<string[]> {
  const rows = await tx.select().from(revocations).where(eq(revocations.weightsDigest, weightsDigest));
  return rows.sort((a, b) => a.serial - b.serial).map((row) => row.version);
}
