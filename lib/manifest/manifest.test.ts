import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  assertDigest,
  canonicalBytes,
  digestOf,
  digestOfSync,
  generateSigningKey,
  signingKeyFromSeed,
  signManifest,
  verifySignedManifest,
} from ".";
import { manifestJsonSchema } from "./json-schema";
import { exampleManifest } from "./manifest.fixture";

const key = signingKeyFromSeed("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const signed = signManifest(exampleManifest(), key);

/** Every path to a value that is not an object or array, in depth-first order. */
function leafPaths(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, child]) => leafPaths(child, [...path, name]));
}

function changed(value: unknown): unknown {
  if (typeof value === "number") return value + 1e-9 * Math.max(1, Math.abs(value));
  if (typeof value === "string") return `${value} `;
  return value === null ? 0 : !value;
}

function replaceAt(json: unknown, path: (string | number)[], change: (value: unknown) => unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return change(json);
  const copy = structuredClone(json) as Record<string | number, unknown>;
  copy[head] = replaceAt(copy[head], rest, change);
  return copy;
}

describe("a signed manifest", () => {
  it("verifies, also as text and with its keys in another order", () => {
    expect(verifySignedManifest(signed, [key])).toEqual(exampleManifest());
    const reversed = Object.fromEntries(Object.entries(signed.manifest).reverse());
    const text = JSON.stringify({ signature: signed.signature, manifest: reversed }, null, 2);
    expect(verifySignedManifest(text, [generateSigningKey(), key])).toEqual(exampleManifest());
  });

  it("is refused whichever field is changed", () => {
    const paths = leafPaths(signed.manifest, ["manifest"]);
    expect(paths.length).toBeGreaterThan(60);
    for (const path of paths) {
      const tampered = replaceAt(signed, path, changed);
      expect(() => verifySignedManifest(tampered, [key]), path.join(".")).toThrow(
        expect.objectContaining({ code: "MANIFEST_SIGNATURE_INVALID" }),
      );
    }
  });

  it("is refused whichever field is dropped or added", () => {
    for (const name of Object.keys(signed.manifest)) {
      const { [name]: _dropped, ...manifest } = signed.manifest as Record<string, unknown>;
      expect(() => verifySignedManifest({ ...signed, manifest }, [key]), name).toThrow(
        expect.objectContaining({ code: "MANIFEST_SIGNATURE_INVALID" }),
      );
    }
    const manifest = { ...signed.manifest, extra: 1 };
    expect(() => verifySignedManifest({ ...signed, manifest }, [key])).toThrow(
      expect.objectContaining({ code: "MANIFEST_SIGNATURE_INVALID" }),
    );
  });

  it("is refused when any byte of the signature is changed", () => {
    const bytes = Buffer.from(signed.signature.value, "base64");
    for (let index = 0; index < bytes.length; index++) {
      const copy = Buffer.from(bytes);
      copy[index] = (copy[index] ?? 0) ^ 1;
      const signature = { ...signed.signature, value: copy.toString("base64") };
      expect(() => verifySignedManifest({ ...signed, signature }, [key])).toThrow(
        expect.objectContaining({ code: "MANIFEST_SIGNATURE_INVALID" }),
      );
    }
  });

  it("is refused when its key is not trusted, also when a trusted entry lies about its id", () => {
    const other = generateSigningKey();
    const unknown = expect.objectContaining({ code: "MANIFEST_KEY_UNKNOWN" });
    expect(() => verifySignedManifest(signed, [])).toThrow(unknown);
    expect(() => verifySignedManifest(signed, [other])).toThrow(unknown);
    expect(() => verifySignedManifest(signed, [{ ...other, keyId: key.keyId }])).toThrow(unknown);
  });

  it("is refused when it is signed correctly but means nothing to this version", () => {
    const invalid = expect.objectContaining({ code: "MANIFEST_INVALID" });
    expect(() => signManifest({ ...exampleManifest(), serial: 0 }, key)).toThrow(invalid);
    for (const json of [
      "{",
      "null",
      [],
      {},
      { ...signed, more: 1 },
      { manifest: 1, signature: signed.signature },
    ]) {
      expect(() => verifySignedManifest(json, [key])).toThrow(invalid);
    }
  });
});

describe("keys", () => {
  it("derives the public key of RFC 8032, test 1", () => {
    expect(Buffer.from(key.publicKey, "base64").toString("hex")).toBe(
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    );
    expect(key.keyId).toMatch(/^[0-9a-f]{16}$/);
  });

  it("are different each time", () => {
    expect(generateSigningKey().privateKey).not.toBe(generateSigningKey().privateKey);
  });

  it("refuse a seed of the wrong form", () => {
    expect(() => signingKeyFromSeed("abc")).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});

describe("canonicalBytes", () => {
  it("sorts keys and writes numbers as RFC 8785 does", () => {
    const bytes = canonicalBytes({ b: [1e21, 0.1, -0, 1.0], a: "\u20ac$\n" });
    expect(new TextDecoder().decode(bytes)).toBe('{"a":"€$\\n","b":[1e+21,0.1,0,1]}');
  });

  it("refuses what JSON cannot hold", () => {
    const invalid = expect.objectContaining({ code: "MANIFEST_INVALID" });
    expect(() => canonicalBytes({ a: Number.NaN })).toThrow(invalid);
    expect(() => canonicalBytes(undefined)).toThrow(invalid);
  });
});

describe("digests", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);

  it("agree between WebCrypto and JavaScript", async () => {
    expect(await digestOf(bytes)).toBe(digestOfSync(bytes));
    expect(digestOfSync(new TextEncoder().encode("abc"))).toBe(
      "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it("refuse weights with one changed byte", async () => {
    const digest = await digestOf(bytes);
    await expect(assertDigest(bytes, digest)).resolves.toBeUndefined();
    const damaged = bytes.slice();
    damaged[50_000] = (damaged[50_000] ?? 0) ^ 1;
    await expect(assertDigest(damaged, digest)).rejects.toMatchObject({ code: "WEIGHTS_DIGEST_MISMATCH" });
    await expect(assertDigest(bytes.subarray(1), digest)).rejects.toMatchObject({
      code: "WEIGHTS_DIGEST_MISMATCH",
    });
  });
});

it("the published JSON Schema is the one the code uses (npx tsx scripts/manifest-schema.ts writes it)", () => {
  const published = readFileSync(
    new URL("../../public/models/manifest.schema.json", import.meta.url),
    "utf8",
  );
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
});
