import { expect, it } from "vitest";
import {
  generateSigningKey,
  manifestDigestOf,
  type Revocation,
  type SigningKey,
  signTrustList,
} from "@/lib/manifest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { createTrustMemory } from "./heard-trust";

const key = generateSigningKey();
const manifest = exampleManifest();
const at = "2026-11-21T09:00:00.000Z";
const revocation: Revocation = {
  version: manifest.version,
  serial: manifest.serial,
  manifestDigest: manifestDigestOf(manifest),
  weightsDigest: manifest.weights.digest,
  reason: "mislabelled",
  revokedAt: at,
};

function listBy(signer: SigningKey, serial: number, revocations: Revocation[]) {
  const { keyId, publicKey } = signer;
  const keys = [{ keyId, publicKey, state: "active" as const, since: at }];
  return signTrustList({ schema: "pneumoscope.trust/1", serial, issuedAt: at, keys, revocations }, signer);
}

/** A browser's storage, and what each visit was told. */
function browser(text?: string) {
  const kept = { text };
  const told: Revocation[][] = [];
  const storage = {
    read: async () => kept.text,
    store: async (next: string) => {
      kept.text = next;
    },
  };
  return {
    kept,
    told,
    visit: (anchor = key) => createTrustMemory([anchor], storage, (revocations) => told.push(revocations)),
  };
}

it("keeps what it heard for the next visit, and a replayed older list or none takes nothing back", async () => {
  const { visit, told, kept } = browser();
  const first = visit();
  await first.hear(null);
  expect(first.revocationOf(manifest)).toBeNull();
  await first.hear(listBy(key, 2, [revocation]));
  expect(first.revocationOf(manifest)).toEqual(revocation);
  const next = visit();
  await next.recall();
  expect(next.revocationOf(manifest)).toEqual(revocation);
  const before = kept.text;
  for (const replayed of [null, listBy(key, 1, []), listBy(key, 2, [])]) {
    await next.hear(replayed);
    expect(next.revocationOf(manifest)).toEqual(revocation);
  }
  expect(kept.text).toBe(before);
  expect(told).toEqual([[revocation], [revocation]]);
  await expect(next.hear(listBy(key, 3, []))).rejects.toMatchObject({ code: "TRUST_LIST_INVALID" });
  await expect(next.hear(listBy(generateSigningKey(), 9, []))).rejects.toMatchObject({
    code: "TRUST_LIST_INVALID",
  });
  expect(next.revocationOf(manifest)).toEqual(revocation);
});

it("reads what it heard before it listens, so that the first answer of a visit cannot be an older list", async () => {
  const { visit } = browser(JSON.stringify(listBy(key, 5, [revocation])));
  const memory = visit();
  await memory.hear(listBy(key, 4, []));
  expect(memory.revocationOf(manifest)).toEqual(revocation);
});

it("of a list that nothing vouches for any more keeps what it took away, and gives no key", async () => {
  const { visit } = browser(JSON.stringify(listBy(key, 5, [revocation])));
  const other = generateSigningKey();
  const memory = visit(other);
  await memory.recall();
  expect(memory.revocationOf(manifest)).toEqual(revocation);
  expect(memory.keys().map(({ keyId }) => keyId)).toEqual([other.keyId]);
});

it("does without what it cannot read", async () => {
  for (const text of ["{", "{}", "null"]) {
    const memory = browser(text).visit();
    await memory.recall();
    expect(memory.revocationOf(manifest)).toBeNull();
  }
});
