import * as z from "zod";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { digestOfSync } from "./digest";
import type { ModelManifest } from "./schema";
import {
  canonicalBytes,
  isKeyOfItsName,
  type SigningKey,
  signatureHolds,
  signatureOf,
  type TrustedKey,
} from "./signature";
import {
  type ListedKey,
  type Revocation,
  type SignedTrustList,
  signedTrustListSchema,
  type TrustList,
  trustListSchema,
} from "./trust-list-schema";

/** A list that was verified when it was heard. */
export interface HeardTrust {
  list: TrustList;
  /**
   * Whether it verifies against the keys given now. Where it does not (it was kept under keys that are gone), it still
   * takes away: what it revoked or distrusts stays so. It then gives nothing.
   */
  vouched: boolean;
}

/** Checks the list against its schema and signs it. @throws TRUST_LIST_INVALID */
export function signTrustList(list: TrustList, key: SigningKey): SignedTrustList {
  const parsed = trustListSchema.safeParse(list);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error), parsed.error);
  const value = signatureOf(parsed.data, key);
  return { trust: parsed.data, signature: { keyId: key.keyId, algorithm: "Ed25519", value } };
}

/** A key's word for its successor. */
export function endorse(successor: TrustedKey, by: SigningKey): NonNullable<ListedKey["endorsement"]> {
  return { keyId: by.keyId, value: signatureOf(endorsedPart(successor), by) };
}

function endorsedPart({ keyId, publicKey }: TrustedKey) {
  return { schema: "pneumoscope.key-endorsement/1", keyId, publicKey };
}

/**
 * Checks a signed trust list as it came over the wire: its signer is one of its own active keys, and can be reached
 * from a key that is trusted already, directly or through endorsements. A list that is older than the one heard before
 * changes nothing.
 * @param json text or parsed JSON
 * @param anchors keys that came with the page or lie on this machine
 * @returns the newer of the given and the heard list
 * @throws TRUST_LIST_INVALID
 */
export function verifyTrustList(
  json: unknown,
  anchors: readonly TrustedKey[],
  heard: HeardTrust | null = null,
): TrustList {
  const parsed = signedTrustListSchema.safeParse(typeof json === "string" ? parseJson(json) : json);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error), parsed.error);
  const { trust, signature } = parsed.data;
  const signer = trust.keys.find(({ keyId }) => keyId === signature.keyId);
  if (signer?.state !== "active" || !isKeyOfItsName(signer))
    throw invalid(`it is signed by ${signature.keyId}, which is not one of its active keys`);
  if (!signatureHolds(signature.value, trust, signer.publicKey))
    throw invalid(`the signature by ${signature.keyId} does not hold: it was changed after it was signed`);
  if (!reachable(trust.keys, rootsOf(anchors, heard)).has(signer.keyId))
    throw invalid(`nothing that is trusted here vouches for its key ${signer.keyId}`);
  if (heard && trust.serial <= heard.list.serial) return heard.list;
  const lost = heard?.list.revocations.find(
    ({ manifestDigest }) => !trust.revocations.some((entry) => entry.manifestDigest === manifestDigest),
  );
  if (lost) throw invalid(`it leaves out the revocation of version ${lost.version}, which is final`);
  return trust;
}

/**
 * The keys that manifests are held against: the given ones and, where the list is vouched for, its own; none that the
 * list distrusts, and retired ones up to their last serial only.
 */
export function keysUnder(anchors: readonly TrustedKey[], heard: HeardTrust | null): TrustedKey[] {
  const listed = heard?.list.keys ?? [];
  const given = new Set(anchors.map(({ keyId }) => keyId));
  const added = heard?.vouched ? listed.filter(({ keyId }) => !given.has(keyId)) : [];
  return [...anchors, ...added].flatMap(({ keyId, publicKey, lastSerial }) => {
    const entry = listed.find((key) => key.keyId === keyId);
    if (entry?.state === "distrusted") return [];
    const bound = entry?.state === "retired" ? (entry.lastSerial ?? 0) : lastSerial;
    return [{ keyId, publicKey, ...(bound === undefined ? {} : { lastSerial: bound }) }];
  });
}

/** SHA-256 of a manifest's canonical bytes, which are what was signed. */
export function manifestDigestOf(manifest: ModelManifest): Digest {
  return digestOfSync(canonicalBytes(manifest));
}

/** The entry that revokes a manifest, by its own digest or by that of its weights. */
export function findRevocation(list: TrustList | null, manifest: ModelManifest): Revocation | null {
  if (!list || list.revocations.length === 0) return null;
  const digest = manifestDigestOf(manifest);
  const { revocations } = list;
  return (
    revocations.find(({ manifestDigest }) => manifestDigest === digest) ??
    revocations.find(({ weightsDigest }) => weightsDigest === manifest.weights.digest) ??
    null
  );
}

/** @throws MODEL_REVOKED with the reason */
export function assertNotRevoked(manifest: ModelManifest, list: TrustList | null): void {
  const revocation = findRevocation(list, manifest);
  if (revocation) throw modelRevoked(revocation);
}

export function modelRevoked({ version, reason, revokedAt }: Revocation): PneumoscopeError {
  const day = revokedAt.slice(0, 10);
  return new PneumoscopeError(
    "MODEL_REVOKED",
    `Model version ${version} was revoked on ${day} and makes no prediction any more. Reason: ${reason}`,
  );
}

/** Parts of the answer of /api/models/current: the signed manifest, and the signed trust list where there is one. */
export function openCurrentAnswer(json: unknown): { signed: unknown; trust: unknown } {
  const value = typeof json === "string" ? parseJson(json, "MANIFEST_INVALID") : json;
  if (typeof value !== "object" || value === null || !("trust" in value))
    return { signed: value, trust: null };
  const { trust, ...signed } = value;
  return { signed, trust };
}

function rootsOf(anchors: readonly TrustedKey[], heard: HeardTrust | null): TrustedKey[] {
  const listed = heard?.list.keys ?? [];
  const ended = new Set(listed.filter(({ state }) => state !== "active").map(({ keyId }) => keyId));
  const own = heard?.vouched ? listed : [];
  return [...anchors, ...own].filter(({ keyId }) => !ended.has(keyId));
}

/** Key ids that roots, or keys reached from them, vouch for. */
function reachable(keys: readonly ListedKey[], roots: readonly TrustedKey[]): Set<string> {
  const reached = new Map(roots.filter(isKeyOfItsName).map(({ keyId, publicKey }) => [keyId, publicKey]));
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const key of keys) {
      const by = key.endorsement && reached.get(key.endorsement.keyId);
      if (!key.endorsement || !by || reached.has(key.keyId) || !isKeyOfItsName(key)) continue;
      if (signatureHolds(key.endorsement.value, endorsedPart(key), by)) reached.set(key.keyId, key.publicKey);
    }
  }
  return new Set(reached.keys());
}

function parseJson(text: string, code: "TRUST_LIST_INVALID" | "MANIFEST_INVALID" = "TRUST_LIST_INVALID") {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new PneumoscopeError(code, "The answer about the current model is not JSON.", { cause });
  }
}

function invalid(reason: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError("TRUST_LIST_INVALID", `The trust list is not used: ${reason}.`, {
    cause,
    userMessage: "The server's list of keys and revoked versions does not verify, so it is not used.",
  });
}
