import { eq } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { modelVersions } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import {
  canonicalBytes,
  type ModelManifest,
  type SigningKey,
  signManifest,
  verifySignedManifest,
} from "@/lib/manifest";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { crown } from "./crown";
import { lockChampion, nextSerial } from "./current";
import { markPublished } from "./published-weights";
import { assertWeightsNotRevoked } from "./revoked-weights";
import { activeSigningKey } from "./signing-keys";
import { syncPointer } from "./sync-pointer";

/** What a run knows about its model; serial, version and time are given by the publication. */
export type UnpublishedManifest = Omit<ModelManifest, "serial" | "version" | "createdAt" | "previousVersion">;

export interface PublishRequest {
  runId: string;
  manifest: UnpublishedManifest;
  /** The champion that the challenger was compared with; publishing over another one is refused. */
  expectedChampionSerial: number;
  actor: string;
}

export interface PublishDependencies {
  db: Database;
  store: ArtifactStore;
  signingKey: SigningKey;
}

/**
 * Publishes a run's model: its weights are in the store already, one transaction makes it the champion, then the
 * pointer follows. Repeating it for the same run changes nothing.
 * @returns the published manifest
 * @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, MANIFEST_INVALID, CHAMPION_CHANGED, MODEL_REVOKED,
 * SIGNING_KEY_NOT_ACTIVE
 */
export async function publishModelVersion(
  { db, ...rest }: PublishDependencies,
  request: PublishRequest,
): Promise<ModelManifest> {
  const published = await db.transaction((tx) => publishWithin(tx, rest, request));
  await syncPointer(db, rest.store);
  return published;
}

/** The transaction of a publication; the pointer follows after it. @throws as publishModelVersion */
export async function publishWithin(
  tx: DatabaseOrTransaction,
  { store, signingKey }: Omit<PublishDependencies, "db">,
  { runId, manifest, expectedChampionSerial, actor }: PublishRequest,
): Promise<ModelManifest> {
  await store.get(manifest.weights.digest);
  await markPublished(store, manifest.weights.digest);
  const before = await lockChampion(tx);
  const [done] = await tx.select().from(modelVersions).where(eq(modelVersions.runId, runId));
  if (done) return done.signedManifest.manifest;
  if (before?.serial !== expectedChampionSerial)
    throw championChanged(expectedChampionSerial, before?.serial);
  await assertWeightsNotRevoked(tx, manifest.weights.digest);
  const key = await activeSigningKey(tx, signingKey);
  const serial = await nextSerial(tx);
  const signed = signManifest(
    {
      ...manifest,
      serial,
      version: versionName(serial),
      createdAt: new Date().toISOString(),
      previousVersion: before.version,
    },
    key,
  );
  verifySignedManifest(signed, [key]);
  await store.put(canonicalBytes(signed));
  await crown(tx, signed, runId);
  await recordAuditEvent(tx, {
    action: "model_version.published",
    actor,
    entityId: signed.manifest.version,
    details: { serial, runId, weightsDigest: manifest.weights.digest, previousVersion: before.version },
  });
  return signed.manifest;
}

export function versionName(serial: number): string {
  return `v${serial}`;
}

function championChanged(expected: number, actual: number | undefined): PneumoscopeError {
  return new PneumoscopeError(
    "CHAMPION_CHANGED",
    `The challenger was compared with version serial ${expected}, but the champion is now ${actual ?? "none"}. ` +
      "Nothing was published; run the loop again.",
  );
}
