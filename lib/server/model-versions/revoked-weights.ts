import { eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { revocations } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { modelRevoked, type Revocation } from "@/lib/manifest";
import { toRevocation } from "./issue-trust-list";

/** The revocation of a version with these weights. */
export async function findRevokedWeights(
  db: DatabaseOrTransaction,
  weightsDigest: Digest,
): Promise<Revocation | null> {
  const [row] = await db.select().from(revocations).where(eq(revocations.weightsDigest, weightsDigest));
  return row ? toRevocation(row) : null;
}

/** @throws MODEL_REVOKED: revoked weights are never published again */
export async function assertWeightsNotRevoked(tx: DatabaseOrTransaction, digest: Digest): Promise<void> {
  const revocation = await findRevokedWeights(tx, digest);
  if (revocation) throw modelRevoked(revocation);
}

/** Everything that was ever revoked. */
export async function listRevocations(db: DatabaseOrTransaction): Promise<Revocation[]> {
  return (await db.select().from(revocations)).map(toRevocation);
}
