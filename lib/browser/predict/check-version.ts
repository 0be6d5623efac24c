import {
  manifestDigestOf,
  modelRevoked,
  type SignedManifest,
  type TrustedKey,
  verifySignedManifest,
} from "@/lib/manifest";
import { fetchManifest } from "./fetch-manifest";
import { createTrustMemory } from "./heard-trust";
import { readHeardTrust, storeHeardTrust } from "./storage";

/** What a version's manifest was held against, and passed. */
export interface CheckedVersion {
  keyId: string;
  /** "sha256:<hex>" of the canonical bytes that were signed. */
  manifestDigest: string;
  /** How many keys are trusted here. */
  trustedKeys: number;
}

/**
 * Does with any version's signed manifest what the reading page does before it runs one: hears the trust list, keeps
 * it, and verifies the signature under the keys that it leaves.
 * @throws MANIFEST_INVALID, MANIFEST_KEY_UNKNOWN, MANIFEST_KEY_RETIRED, MANIFEST_SIGNATURE_INVALID, MODEL_REVOKED,
 * TRUST_LIST_INVALID, NETWORK_FAILED
 */
export async function checkVersion(
  signed: SignedManifest,
  anchors: readonly TrustedKey[],
): Promise<CheckedVersion> {
  const trust = createTrustMemory(anchors, { read: readHeardTrust, store: storeHeardTrust }, () => undefined);
  const answer = await fetchManifest(null);
  if (answer.changed) await trust.hear(answer.trust);
  const keys = trust.keys();
  const manifest = verifySignedManifest(JSON.stringify(signed), keys);
  const revocation = trust.revocationOf(manifest);
  if (revocation) throw modelRevoked(revocation);
  return {
    keyId: signed.signature.keyId,
    manifestDigest: manifestDigestOf(manifest),
    trustedKeys: keys.length,
  };
}
