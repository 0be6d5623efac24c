import { describe, expect, it } from "vitest";
import {
  endorse,
  findRevocation,
  generateSigningKey,
  type HeardTrust,
  keysUnder,
  type ListedKey,
  manifestDigestOf,
  openCurrentAnswer,
  type Revocation,
  type SigningKey,
  signManifest,
  signTrustList,
  type TrustList,
  verifySignedManifest,
  verifyTrustList,
} from ".";
import { exampleManifest } from "./manifest.fixture";

const [a, b, c, stranger] = [
  generateSigningKey(),
  generateSigningKey(),
  generateSigningKey(),
  generateSigningKey(),
];
const manifest = exampleManifest();
const at = "2026-11-21T09:00:00.000Z";
const refused = expect.objectContaining({ code: "TRUST_LIST_INVALID" });

const revocation: Revocation = {
  version: manifest.version,
  serial: manifest.serial,
  manifestDigest: manifestDigestOf(manifest),
  weightsDigest: manifest.weights.digest,
  reason: "trained on mislabelled cases",
  revokedAt: at,
};

function listed(key: SigningKey, state: ListedKey["state"], rest: Partial<ListedKey> = {}): ListedKey {
  return { keyId: key.keyId, publicKey: key.publicKey, state, since: at, ...rest };
}

function listOf(serial: number, keys: ListedKey[], revocations: Revocation[] = []): TrustList {
  return { schema: "pneumoscope.trust/1", serial, issuedAt: at, keys, revocations };
}

const heardOf = (list: TrustList, vouched = true): HeardTrust => ({ list, vouched });
const rotated = [
  listed(a, "retired", { lastSerial: 4 }),
  listed(b, "active", { endorsement: endorse(b, a) }),
];

describe("a trust list", () => {
  it("verifies under a key that is trusted already, and not under a stranger's, changed, or unsigned", () => {
    const list = listOf(1, [listed(a, "active")], [revocation]);
    const signed = signTrustList(list, a);
    expect(verifyTrustList(JSON.stringify(signed), [stranger, a])).toEqual(list);
    expect(() => verifyTrustList(signed, [stranger])).toThrow(refused);
    const unsaid = { ...signed, trust: { ...list, revocations: [] } };
    for (const json of [unsaid, { ...signed, more: 1 }, signed.trust, null, "{"])
      expect(() => verifyTrustList(json, [a])).toThrow(refused);
    const byUnlisted = signTrustList(list, stranger);
    expect(() => verifyTrustList(byUnlisted, [a, stranger])).toThrow(refused);
    const lyingId = listOf(1, [{ ...listed(stranger, "active"), keyId: a.keyId }]);
    const forged = signTrustList(lyingId, stranger);
    forged.signature.keyId = a.keyId;
    expect(() => verifyTrustList(forged, [a])).toThrow(refused);
  });

  it("leads from key to key by endorsements, over several rotations at once", () => {
    const keys = [
      listed(a, "retired", { lastSerial: 4 }),
      listed(b, "retired", { lastSerial: 9, endorsement: endorse(b, a) }),
      listed(c, "active", { endorsement: endorse(c, b) }),
    ];
    expect(verifyTrustList(signTrustList(listOf(7, keys), c), [a]).serial).toBe(7);
    const unendorsed = listOf(
      7,
      keys.map(({ endorsement: _, ...key }) => key),
    );
    expect(() => verifyTrustList(signTrustList(unendorsed, c), [a])).toThrow(refused);
    expect(verifyTrustList(signTrustList(unendorsed, c), [c]).serial).toBe(7);
    const borrowed = keys.map((key) =>
      key.keyId === c.keyId ? { ...key, endorsement: endorse(stranger, b) } : key,
    );
    expect(() => verifyTrustList(signTrustList(listOf(7, borrowed), c), [a])).toThrow(refused);
  });

  it("that is older than the one heard changes nothing, and a newer one takes no revocation back", () => {
    const keys = [listed(a, "active")];
    const second = listOf(2, keys, [revocation]);
    const first = signTrustList(listOf(1, keys), a);
    expect(verifyTrustList(first, [a], heardOf(second))).toBe(second);
    expect(verifyTrustList(signTrustList(listOf(2, keys), a), [a], heardOf(second))).toBe(second);
    expect(() => verifyTrustList(signTrustList(listOf(3, keys), a), [a], heardOf(second))).toThrow(refused);
  });

  it("ends a key: it neither speaks nor vouches again where that was heard, though the page came with it", () => {
    const heard = heardOf(listOf(2, rotated));
    const comeback = listOf(3, [listed(a, "active")]);
    expect(() => verifyTrustList(signTrustList(comeback, a), [a], heard)).toThrow(refused);
    const usurper = listOf(3, [
      ...rotated,
      listed(stranger, "active", { endorsement: endorse(stranger, a) }),
    ]);
    expect(() => verifyTrustList(signTrustList(usurper, stranger), [a], heard)).toThrow(refused);
    expect(verifyTrustList(signTrustList(listOf(3, rotated), b), [a], heard).serial).toBe(3);
    // A kept list that nothing vouches for now may take away, not give.
    expect(() =>
      verifyTrustList(signTrustList(listOf(3, rotated), b), [], heardOf(heard.list, false)),
    ).toThrow(refused);
  });
});

describe("manifests under a trust list", () => {
  const keys = keysUnder([a], heardOf(listOf(2, rotated)));

  it("by a retired key are good up to its last serial, and those by its successor from then on", () => {
    const by = (key: SigningKey, serial: number) => signManifest(exampleManifest({ serial }), key);
    expect(verifySignedManifest(by(a, 4), keys).serial).toBe(4);
    expect(() => verifySignedManifest(by(a, 5), keys)).toThrow(
      expect.objectContaining({ code: "MANIFEST_KEY_RETIRED" }),
    );
    expect(verifySignedManifest(by(b, 5), keys).serial).toBe(5);
    const unvouched = keysUnder([a], heardOf(listOf(2, rotated), false));
    expect(unvouched).toEqual([{ keyId: a.keyId, publicKey: a.publicKey, lastSerial: 4 }]);
  });

  it("by a distrusted key are refused", () => {
    const list = listOf(2, [listed(a, "distrusted"), listed(b, "active", { endorsement: endorse(b, a) })]);
    expect(keysUnder([a], heardOf(list)).map(({ keyId }) => keyId)).toEqual([b.keyId]);
  });

  it("are revoked by their digest or by their weights', and by nothing else", () => {
    const list = listOf(1, rotated, [revocation]);
    expect(findRevocation(list, manifest)).toBe(revocation);
    expect(findRevocation(list, exampleManifest({ serial: 9, version: "v9" }))).toBe(revocation);
    const other = { ...manifest.weights, digest: `sha256:${"c".repeat(64)}` as const };
    expect(findRevocation(list, exampleManifest({ serial: 9, weights: other }))).toBeNull();
    expect(findRevocation(null, manifest)).toBeNull();
  });
});

it("the answer about the current model is taken apart", () => {
  const signed = signManifest(manifest, a);
  const trust = signTrustList(listOf(1, [listed(a, "active")]), a);
  expect(openCurrentAnswer(JSON.stringify({ ...signed, trust }))).toEqual({ signed, trust });
  expect(openCurrentAnswer(signed)).toEqual({ signed, trust: null });
  expect(() => openCurrentAnswer("{")).toThrow(expect.objectContaining({ code: "MANIFEST_INVALID" }));
});
