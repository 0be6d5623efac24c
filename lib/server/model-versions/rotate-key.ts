import { eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type ModelVersion, type SigningKeyRow, signingKeys } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { endorse, type ModelManifest, type SigningKey } from "@/lib/manifest";
import { finishKeyRotation, manifestSigningKeys, prepareNextSigningKey } from "@/lib/node/secrets";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { lockChampion, nextSerial } from "./current";
import { issueTrustList } from "./issue-trust-list";
import type { PublishDependencies } from "./publish";
import { restoreWithin } from "./roll-back";
import { activeSigningKey, findActiveKey } from "./signing-keys";
import { syncPointer } from "./sync-pointer";

export interface KeyChange {
  keyId: string;
  before: string | null;
  /** Whether the key before vouches for this one; where it does not, open pages take it after a reload. */
  endorsed: boolean;
  /** The champion under the new key, where the one before is distrusted. */
  republished: ModelManifest | null;
}

/**
 * Makes a new signing key the one in use. The key before is retired: what it signed stays good, and it signs nothing
 * with a higher serial. A compromised one is distrusted instead: nothing it signed is accepted any more, and the
 * champion is published again under the new key where it signed that. The new key is on the disk before the record
 * names it; a rotation that a crash cut off goes on with the same key.
 * @throws CONFIG_INVALID where the environment gives the key and not the next one
 */
export async function rotateSigningKey(
  { db, store }: Pick<PublishDependencies, "db" | "store">,
  { actor, reason, compromised }: { actor: string; reason: string; compromised: boolean },
): Promise<KeyChange> {
  const next = await prepareNextSigningKey();
  const change = await db.transaction(async (tx): Promise<KeyChange> => {
    const champion = await lockChampion(tx);
    const before = await activeRow(tx);
    if (before?.keyId === next.keyId)
      return { keyId: next.keyId, before: null, endorsed: before.endorsement !== null, republished: null };
    const old = (await manifestSigningKeys()).find(({ keyId }) => keyId === before.keyId);
    await end(tx, before, { compromised, lastSerial: (await nextSerial(tx)) - 1 });
    const { keyId, publicKey } = next;
    const endorsement = old ? endorse(next, old) : null;
    await tx.insert(signingKeys).values({ keyId, publicKey, role: "deployment", endorsement });
    const republished = compromised
      ? await republishWithin(
          tx,
          { store, signingKey: next },
          { champion, keyId: before.keyId, actor, reason },
        )
      : null;
    await issueTrustList(tx, store, next);
    await recordAuditEvent(tx, {
      action: "signing_key.rotated",
      actor,
      entityId: keyId,
      details: { before: before.keyId, endorsed: old !== undefined, compromised, reason },
    });
    return { keyId, before: before.keyId, endorsed: old !== undefined, republished };
  });
  await finishKeyRotation(change.keyId);
  await syncPointer(db, store);
  return change;
}

/**
 * Distrusts a key that is not in use any more, or the release key: nothing it signed is accepted.
 * @throws CONFIG_INVALID where it is unknown, or the one in use, which has to be rotated
 */
export async function distrustKey(
  { db, store, signingKey }: PublishDependencies,
  { keyId, actor, reason }: { keyId: string; actor: string; reason: string },
): Promise<ModelManifest | null> {
  const republished = await db.transaction(async (tx) => {
    const champion = await lockChampion(tx);
    const key = await activeSigningKey(tx, signingKey);
    const [row] = await tx.select().from(signingKeys).where(eq(signingKeys.keyId, keyId));
    if (!row) throw new PneumoscopeError("CONFIG_INVALID", `No key ${keyId} has signed anything here.`);
    if (row.keyId === key.keyId) {
      throw new PneumoscopeError(
        "CONFIG_INVALID",
        `${keyId} is the key in use. Change it with: npm run models -- rotate-key --compromised.`,
      );
    }
    if (row.state === "distrusted") return null;
    await end(tx, row, { compromised: true, lastSerial: null });
    const made = await republishWithin(tx, { store, signingKey: key }, { champion, keyId, actor, reason });
    await issueTrustList(tx, store, key);
    await recordAuditEvent(tx, {
      action: "signing_key.distrusted",
      actor,
      entityId: keyId,
      details: { reason, republished: made?.version ?? null },
    });
    return made;
  });
  await syncPointer(db, store);
  return republished;
}

/** The key in use; where nothing was signed here yet, the one that would have been. */
async function activeRow(tx: DatabaseOrTransaction): Promise<SigningKeyRow> {
  const [own] = await manifestSigningKeys();
  if (!(await findActiveKey(tx)) && own) await activeSigningKey(tx, own);
  const row = await findActiveKey(tx);
  if (row) return row;
  throw new PneumoscopeError("CONFIG_INVALID", "This machine has no signing key.");
}

async function end(
  tx: DatabaseOrTransaction,
  { keyId }: SigningKeyRow,
  { compromised, lastSerial }: { compromised: boolean; lastSerial: number | null },
): Promise<void> {
  const ended = compromised
    ? { state: "distrusted" as const, lastSerial: null }
    : { state: "retired" as const, lastSerial };
  await tx
    .update(signingKeys)
    .set({ ...ended, since: new Date() })
    .where(eq(signingKeys.keyId, keyId));
}

/** The champion once more under a good key, where the distrusted one signed it. */
async function republishWithin(
  tx: DatabaseOrTransaction,
  dependencies: { store: PublishDependencies["store"]; signingKey: SigningKey },
  {
    champion,
    keyId,
    actor,
    reason,
  }: { champion: ModelVersion | null; keyId: string; actor: string; reason: string },
): Promise<ModelManifest | null> {
  if (champion?.signedManifest.signature.keyId !== keyId) return null;
  return restoreWithin(tx, dependencies, { target: champion, before: champion, actor, reason });
}
