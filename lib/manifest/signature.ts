import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import * as z from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { type ModelManifest, modelManifestSchema, type SignedManifest } from "./schema";

/** A public key whose signatures are accepted. `publicKey` is base64 of the 32 bytes. */
export const trustedKeySchema = z.strictObject({
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  publicKey: z.base64(),
});
export type TrustedKey = z.infer<typeof trustedKeySchema>;

/** An Ed25519 key pair; `privateKey` is the 32-byte seed, in hex. */
export interface SigningKey extends TrustedKey {
  privateKey: string;
}

const envelopeSchema = z.strictObject({
  manifest: z.record(z.string(), z.json()),
  signature: z.strictObject({ keyId: z.string(), algorithm: z.literal("Ed25519"), value: z.base64() }),
});

/** RFC 8785 canonical JSON in UTF-8: the bytes that are signed. @throws MANIFEST_INVALID on NaN or undefined */
export function canonicalBytes(value: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new PneumoscopeError("MANIFEST_INVALID", "The manifest holds a value that JSON cannot express.", {
      cause,
    });
  }
  if (text === undefined) throw new PneumoscopeError("MANIFEST_INVALID", "There is no manifest to sign.");
  return new TextEncoder().encode(text);
}

/** The first 16 hex digits of SHA-256 over the 32 bytes of the public key. */
export function keyIdOf(publicKey: Uint8Array): string {
  return bytesToHex(sha256(publicKey)).slice(0, 16);
}

/** A new random key pair. */
export function generateSigningKey(): SigningKey {
  return signingKeyFromSeed(bytesToHex(ed25519.utils.randomSecretKey()));
}

/** @param privateKey the 32-byte seed in hex. @throws CONFIG_INVALID where it is anything else */
export function signingKeyFromSeed(privateKey: string): SigningKey {
  if (!/^[0-9a-f]{64}$/.test(privateKey)) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      "The manifest signing key must be 64 lower-case hex digits.",
    );
  }
  const publicKey = ed25519.getPublicKey(hexToBytes(privateKey));
  return { privateKey, publicKey: toBase64(publicKey), keyId: keyIdOf(publicKey) };
}

/** Checks the manifest against its schema and signs it. @throws MANIFEST_INVALID */
export function signManifest(manifest: ModelManifest, key: SigningKey): SignedManifest {
  const checked = parseManifest(manifest);
  const value = ed25519.sign(canonicalBytes(checked), hexToBytes(key.privateKey));
  return { manifest: checked, signature: { keyId: key.keyId, algorithm: "Ed25519", value: toBase64(value) } };
}

/**
 * Checks a signed manifest as it came over the wire, and returns the manifest. The signature is checked over the
 * received values before their meaning is looked at.
 * @param json text or parsed JSON
 * @throws MANIFEST_INVALID, MANIFEST_KEY_UNKNOWN, MANIFEST_SIGNATURE_INVALID
 */
export function verifySignedManifest(json: unknown, trustedKeys: readonly TrustedKey[]): ModelManifest {
  const envelope = envelopeSchema.safeParse(typeof json === "string" ? parseJson(json) : json);
  if (!envelope.success) throw invalid(envelope.error);
  const { manifest, signature } = envelope.data;
  const publicKey = findKey(signature.keyId, trustedKeys);
  if (!signatureHolds(signature.value, canonicalBytes(manifest), publicKey)) {
    throw new PneumoscopeError(
      "MANIFEST_SIGNATURE_INVALID",
      `The manifest's signature by key ${signature.keyId} does not hold: it was changed after it was signed.`,
      { userMessage: "The model's description was changed after it was signed, so the model is not used." },
    );
  }
  return parseManifest(manifest);
}

function findKey(keyId: string, trustedKeys: readonly TrustedKey[]): Uint8Array {
  for (const trusted of trustedKeys) {
    const publicKey = fromBase64(trusted.publicKey);
    if (publicKey.length === 32 && keyIdOf(publicKey) === keyId) return publicKey;
  }
  throw new PneumoscopeError(
    "MANIFEST_KEY_UNKNOWN",
    `The manifest is signed by key ${keyId}, which is not among the ${trustedKeys.length} trusted keys.`,
    { userMessage: "The model is signed by a key that this page does not trust, so it is not used." },
  );
}

function signatureHolds(signature: string, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(fromBase64(signature), message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

function parseManifest(value: unknown): ModelManifest {
  const parsed = modelManifestSchema.safeParse(value);
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PneumoscopeError("MANIFEST_INVALID", "The manifest is not JSON.", { cause });
  }
}

function invalid(error: z.ZodError): PneumoscopeError {
  return new PneumoscopeError("MANIFEST_INVALID", `The manifest is not valid: ${z.prettifyError(error)}`, {
    cause: error,
    userMessage: "The model's description is not valid, so the model is not used.",
  });
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
