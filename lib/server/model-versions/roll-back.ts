import { eq } from "drizzle-orm";
import { modelVersions } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { canonicalBytes, type ModelManifest, signManifest } from "@/lib/manifest";
import { ensureWeightsStored } from "@/lib/node/current-model";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { crown } from "./crown";
import { lockChampion, nextSerial } from "./current";
import { type PublishDependencies, versionName } from "./publish";
import { markPublished } from "./published-weights";
import { syncPointer } from "./sync-pointer";

/**
 * Makes an older version's weights current again, under a new manifest with a higher serial: open pages never
 * accept a lower one. The older manifest stays as it was.
 * @throws MODEL_VERSION_NOT_FOUND, ARTIFACT_NOT_FOUND
 */
export async function rollBackModelVersion(
  { db, store, signingKey }: PublishDependencies,
  { toVersion, actor, reason }: { toVersion: string; actor: string; reason: string },
): Promise<ModelManifest> {
  const [target] = await db.select().from(modelVersions).where(eq(modelVersions.version, toVersion));
  if (!target) {
    throw new PneumoscopeError(
      "MODEL_VERSION_NOT_FOUND",
      `There is no model version ${toVersion} to go back to.`,
    );
  }
  await ensureWeightsStored(store, target.weightsDigest);
  await store.get(target.weightsDigest);
  await markPublished(store, target.weightsDigest);
  const published = await db.transaction(async (tx) => {
    const before = await lockChampion(tx);
    if (before?.weightsDigest === target.weightsDigest) return before.signedManifest.manifest;
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
  });
  await syncPointer(db, store);
  return published;
}
