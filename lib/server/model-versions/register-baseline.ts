import { count, eq, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { champion, type ModelVersion, modelVersions, revocations } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import type { SignedManifest } from "@/lib/manifest";
import { ensureWeightsStored, readBaselineManifest, trustedKeys } from "@/lib/node/current-model";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { crown } from "./crown";
import { lockChampion, nextSerial } from "./current";
import { markPublished } from "./published-weights";
import { findRevokedWeights } from "./revoked-weights";
import { enterKey } from "./signing-keys";

// Any constant will do; it only has to be the same in every process.
const baselineLock = 7_310_946_216;

/**
 * Enters the shipped version into the record, as the first champion. A newer shipped version takes over only from
 * an older shipped one: what this deployment has published or rolled back to stays champion.
 * @returns whether the record was changed
 */
export async function registerBaseline(db: Database, store: ArtifactStore): Promise<boolean> {
  const { signedManifest } = await readBaselineManifest();
  await ensureWeightsStored(store, signedManifest.manifest.weights.digest);
  await markPublished(store, signedManifest.manifest.weights.digest);
  return db.transaction(async (tx) => {
    // Two processes that start together must not both see an empty table. A lock of the table itself would make a
    // publication that holds its row wait for us while we wait for the row.
    await tx.execute(sql`select pg_advisory_xact_lock(${baselineLock})`);
    const current = await lockChampion(tx);
    if (current && !isOtherBaseline(current, signedManifest)) return false;
    if (await findRevokedWeights(tx, signedManifest.manifest.weights.digest)) return false;
    if (!(await place(tx, signedManifest))) return false;
    const { keyId } = signedManifest.signature;
    const key = (await trustedKeys()).find((trusted) => trusted.keyId === keyId);
    if (key) await enterKey(tx, key, "release");
    await recordAuditEvent(tx, {
      action: "model_version.registered",
      actor: "system",
      entityId: signedManifest.manifest.version,
      details: {
        serial: signedManifest.manifest.serial,
        weightsDigest: signedManifest.manifest.weights.digest,
        replaces: current?.signedManifest.manifest.weights.digest ?? null,
      },
    });
    return true;
  });
}

function isOtherBaseline(current: ModelVersion, shipped: SignedManifest): boolean {
  const isBaseline = current.runId === null && current.signedManifest.manifest.restoresVersion === undefined;
  return isBaseline && current.signedManifest.signature.value !== shipped.signature.value;
}

async function place(tx: DatabaseOrTransaction, signedManifest: SignedManifest): Promise<boolean> {
  const { serial, version, weights } = signedManifest.manifest;
  if (serial >= (await nextSerial(tx))) {
    await crown(tx, signedManifest, null);
    return true;
  }
  // A build before a release may ship another first version under the same serial; nothing was published on it yet.
  const [versions] = await tx.select({ rows: count() }).from(modelVersions);
  const [revoked] = await tx.select({ rows: count() }).from(revocations);
  if (versions?.rows !== 1 || revoked?.rows !== 0) return false;
  await tx
    .update(modelVersions)
    .set({ version, weightsDigest: weights.digest, signedManifest })
    .where(eq(modelVersions.serial, serial));
  await tx.update(champion).set({ since: new Date() });
  return true;
}
