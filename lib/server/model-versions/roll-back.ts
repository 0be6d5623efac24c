import type { DatabaseOrTransaction } from "@/drizzle/client";
import type { ModelVersion } from "@/drizzle/schema";
import { canonicalBytes, type ModelManifest, signManifest } from "@/lib/manifest";
import { ensureWeightsStored } from "@/lib/node/current-model";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { crown } from "./crown";
import { findVersionByName, lockChampion, nextSerial } from "./current";
import { type PublishDependencies, versionName } from "./publish";
import { markPublished } from "./published-weights";
import { assertWeightsNotRevoked } from "./revoked-weights";
import { activeSigningKey } from "./signing-keys";
import { syncPointer } from "./sync-pointer";

/**
 * Makes an older version's weights current again, under a new manifest with a higher serial: open pages never
 * accept a lower one. The older manifest stays as it was.
 * @throws MODEL_VERSION_NOT_FOUND, MODEL_REVOKED, ARTIFACT_NOT_FOUND, SIGNING_KEY_NOT_ACTIVE
 */
export async function rollBackModelVersion(
  { db, store, signingKey }: PublishDependencies,
  { toVersion, actor, reason }: { toVersion: string; actor: string; reason: string },
): Promise<ModelManifest> {
  const published = await db.transaction(async (tx) => {
    const before = await lockChampion(tx);
    const target = await findVersionByName(tx, toVersion);
    if (before?.weightsDigest === target.weightsDigest) return before.signedManifest.manifest;
    const key = await activeSigningKey(tx, signingKey);
    return restoreWithin(tx, { store, signingKey: key }, { target, before, actor, reason });
  });
  await syncPointer(db, store);
  return published;
}

/**
 * Publishes a version's weights under a new manifest, within a transaction that holds the champion. Its audit event
 * is part of it.
 * @param signingKey the key in use
 */
export async function restoreWithin(
  tx: DatabaseOrTransaction,
  { store, signingKey }: Omit<PublishDependencies, "db">,
  {
    target,
    before,
    actor,
    reason,
  }: { target: ModelVersion; before: ModelVersion | null; actor: string; reason: string },
): Promise<ModelManifest> {
  await assertWeightsNotRevoked(tx, target.weightsDigest);
  await ensureWeightsStored(store, target.weightsDigest);
  await store.get(target.weightsDigest);
  await markPublished(store, target.weightsDigest);
  const serial = await nextSerial(tx);
  const { previousVersion: _previous, ...older } = target.signedManifest.manifest;
  const signed = signManifest(
    {
      ...older,
      serial,
      version: versionName(serial),
      createdAt: new Date().toISOString(),
      ...(before ? { previousVersion: before.version } : {}),
      restoresVersion: older.restoresVersion ?? target.version,
    },
    signingKey,
  );
  await store.put(canonicalBytes(signed));
  await crown(tx, signed, null);
  await recordAuditEvent(tx, {
    action: "model_version.rolled_back",
    actor,
    entityId: signed.manifest.version,
    details: { serial, from: before?.version ?? null, to: target.version, reason },
  });
  return signed.manifest;
}
