import { asc } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type ModelVersion, modelVersions, signingKeys, trustLists } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { describeError } from "@/lib/errors";
import {
  assertDigest,
  canonicalBytes,
  digestOfSync,
  isKeyOfItsName,
  type TrustedKey,
  verifySignedManifest,
  verifyTrustList,
} from "@/lib/manifest";
import { readCurrentManifest, readWeights, trustedKeys } from "@/lib/node/current-model";

export interface Verification {
  /** "version v3", "trust list 2", "current answer" */
  name: string;
  /** Why it does not hold; null where it does. */
  problem: string | null;
}

/**
 * Verifies again everything that was ever published: each manifest's signature and stored copy, each weights file's
 * digest, each trust list, and what is served now. Keys that were retired or distrusted since count for what they
 * signed while they were in use, by the record.
 */
export async function verifyEverything(db: Database, store: ArtifactStore): Promise<Verification[]> {
  const keys = await everyKey(db);
  const versions = await db.select().from(modelVersions).orderBy(asc(modelVersions.serial));
  const lists = await db.select().from(trustLists).orderBy(asc(trustLists.serial));
  const results: Verification[] = [];
  const attempt = async (name: string, check: () => unknown) => {
    const problem = await Promise.resolve()
      .then(check)
      .then(() => null, describeError);
    results.push({ name, problem });
  };
  for (const version of versions)
    await attempt(`version ${version.version}`, () => verifyVersion(version, keys, store));
  for (const { serial, signedTrustList } of lists)
    await attempt(`trust list ${serial}`, () => verifyTrustList(signedTrustList, keys));
  await attempt("current answer", () => readCurrentManifest(store));
  return results;
}

async function everyKey(db: Database): Promise<TrustedKey[]> {
  const rows = await db.select().from(signingKeys);
  const recorded = rows.map(({ keyId, publicKey }) => ({ keyId, publicKey }));
  return [...recorded, ...(await trustedKeys())].filter(isKeyOfItsName);
}

async function verifyVersion(
  { signedManifest, weightsDigest, serial, version, runId }: ModelVersion,
  keys: readonly TrustedKey[],
  store: ArtifactStore,
): Promise<void> {
  const manifest = verifySignedManifest(signedManifest, keys);
  if (manifest.serial !== serial || manifest.version !== version || manifest.weights.digest !== weightsDigest)
    throw new Error("The record names another serial, version or weights than the signed manifest.");
  const isShipped = runId === null && manifest.restoresVersion === undefined;
  // The shipped version's manifest lies in the product, not in the store.
  if (!isShipped) await store.get(digestOfSync(canonicalBytes(signedManifest)));
  await assertDigest(await readWeights(store, weightsDigest), weightsDigest);
}
