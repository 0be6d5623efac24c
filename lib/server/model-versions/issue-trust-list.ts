import { asc, desc, max } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import {
  type RevocationRow,
  revocations,
  type SigningKeyRow,
  signingKeys,
  trustLists,
} from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import {
  canonicalBytes,
  type ListedKey,
  type Revocation,
  type SignedTrustList,
  type SigningKey,
  signTrustList,
} from "@/lib/manifest";

/**
 * Signs what the record says of keys and revocations now, under the next serial. Part of the transaction that changed
 * them, which holds the champion.
 */
export async function issueTrustList(
  tx: DatabaseOrTransaction,
  store: ArtifactStore,
  key: SigningKey,
): Promise<SignedTrustList> {
  const [row] = await tx.select({ last: max(trustLists.serial) }).from(trustLists);
  const keys = await tx.select().from(signingKeys).orderBy(asc(signingKeys.since));
  const revoked = await tx.select().from(revocations).orderBy(asc(revocations.serial));
  const signed = signTrustList(
    {
      schema: "pneumoscope.trust/1",
      serial: (row?.last ?? 0) + 1,
      issuedAt: new Date().toISOString(),
      // The release key comes with the product; it is named here only where it is not to be trusted.
      keys: keys.filter(({ role, state }) => role === "deployment" || state === "distrusted").map(listedKey),
      revocations: revoked.map(toRevocation),
    },
    key,
  );
  await store.put(canonicalBytes(signed));
  await tx.insert(trustLists).values({ serial: signed.trust.serial, signedTrustList: signed });
  return signed;
}

/** The trust list that is served; null where neither keys nor revocations were ever spoken of. */
export async function findTrustList(db: DatabaseOrTransaction): Promise<SignedTrustList | null> {
  const [row] = await db.select().from(trustLists).orderBy(desc(trustLists.serial)).limit(1);
  return row?.signedTrustList ?? null;
}

function listedKey({ keyId, publicKey, state, since, lastSerial, endorsement }: SigningKeyRow): ListedKey {
  return {
    keyId,
    publicKey,
    state,
    since: since.toISOString(),
    ...(lastSerial === null ? {} : { lastSerial }),
    ...(endorsement ? { endorsement } : {}),
  };
}

export function toRevocation(row: RevocationRow): Revocation {
  const { version, serial, manifestDigest, weightsDigest, reason, revokedAt } = row;
  return { version, serial, manifestDigest, weightsDigest, reason, revokedAt: revokedAt.toISOString() };
}
