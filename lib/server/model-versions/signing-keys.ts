import { and, eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type SigningKeyRow, signingKeys } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import type { SigningKey, TrustedKey } from "@/lib/manifest";
import { manifestSigningKeys } from "@/lib/node/secrets";

/** The deployment's key in use, by the record; null before anything was signed here. */
export async function findActiveKey(db: DatabaseOrTransaction): Promise<SigningKeyRow | null> {
  const [row] = await db
    .select()
    .from(signingKeys)
    .where(and(eq(signingKeys.role, "deployment"), eq(signingKeys.state, "active")));
  return row ?? null;
}

/** Enters a key as one that signs; one that is on record stays as it is. */
export async function enterKey(
  tx: DatabaseOrTransaction,
  { keyId, publicKey }: TrustedKey,
  role: SigningKeyRow["role"],
): Promise<void> {
  await tx.insert(signingKeys).values({ keyId, publicKey, role }).onConflictDoNothing();
}

/**
 * The key to sign with: the given one where the record says that it is in use, else the one of this machine that is,
 * since a run may have been under way while the key was changed. The first one that signs is entered. Part of a
 * transaction that holds the champion.
 * @throws SIGNING_KEY_NOT_ACTIVE where this machine does not have the key in use
 */
export async function activeSigningKey(tx: DatabaseOrTransaction, given: SigningKey): Promise<SigningKey> {
  const active = await findActiveKey(tx);
  if (!active) {
    await enterKey(tx, given, "deployment");
    return given;
  }
  const candidates = given.keyId === active.keyId ? [given] : await manifestSigningKeys();
  const key = candidates.find(({ keyId }) => keyId === active.keyId);
  if (key) return key;
  throw new PneumoscopeError(
    "SIGNING_KEY_NOT_ACTIVE",
    `This machine signs with key ${given.keyId}, but the key in use is ${active.keyId}. Nothing was signed. Restore ` +
      "secrets.json (or MANIFEST_SIGNING_KEY), or, where that key is lost, change it: " +
      "npm run models -- rotate-key.",
  );
}
