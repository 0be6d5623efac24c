import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import * as z from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { type ModelManifest, modelManifestSchema, type SignedManifest } from "./schema";

/**
 * A public key whose signatures are accepted. `publicKey` is base64 of the 32 bytes; a key that was retired is
 * accepted up to `lastSerial`.
 */
export const trustedKeySchema = z.strictObject({
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  publicKey: z.base64(),
  lastSerial: z.int().min(0).optional(),
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
  return {
    manifest: checked,
    signature: { keyId: key.keyId, algorithm: "Ed25519", value: signatureOf(checked, key) },
  };
}

/** The Ed25519 signature over a value's canonical bytes, in base64. */
export function signatureOf(value: unknown, key: SigningKey): string {
  return toBase64(ed25519.sign(canonicalBytes(value), hexToBytes(key.privateKey)));
}

/**
 * Checks a signed manifest as it came over the wire, and returns the manifest. The signature is checked over the
 * received values before their meaning is looked at.
 * @param json text or parsed JSON
 * @throws MANIFEST_INVALID, MANIFEST_KEY_UNKNOWN, MANIFEST_SIGNATURE_INVALID, MANIFEST_KEY_RETIRED
 */
export function verifySignedManifest(json: unknown, trustedKeys: readonly TrustedKey[]): ModelManifest {
  const envelope = envelopeSchema.safeParse(typeof json === "string" ? parseJson(json) : json);
  if (!envelope.success) throw invalid(envelope.error);
  const { manifest, signature } = envelope.data;
  const key = findKey(signature.keyId, trustedKeys);
  if (!signatureHolds(signature.value, manifest, key.publicKey)) {
    throw new PneumoscopeError(
      "MANIFEST_SIGNATURE_INVALID",
      `The manifest's signature by key ${signature.keyId} does not hold: it was changed after it was signed.`,
      { userMessage: "The model's description was changed after it was signed, so the model is not used." },
    );
  }
  const parsed = parseManifest(manifest);
  if (key.lastSerial !== undefined && parsed.serial > key.lastSerial) {
    throw new PneumoscopeError(
      "MANIFEST_KEY_RETIRED",
      `The manifest of version ${parsed.version} has serial ${parsed.serial}, but its key ${key.keyId} was retired ` +
        `after serial ${key.lastSerial}.`,
      { userMessage: "The model is signed by a key that was retired before, so it is not used." },
    );
  }
  return parsed;
}

function findKey(keyId: string, trustedKeys: readonly TrustedKey[]): TrustedKey {
  const found = trustedKeys.find((trusted) => trusted.keyId === keyId && isKeyOfItsName(trusted));
  if (found) return found;
  throw new PneumoscopeError(
    "MANIFEST_KEY_UNKNOWN",
    `The manifest is signed by key ${keyId}, which is not among the ${trustedKeys.length} trusted keys.`,
    { userMessage: "The model is signed by a key that this page does not trust, so it is not used." },
  );
}

/** Whether a key's id is derived from its bytes, as it must be. */
export function isKeyOfItsName({ keyId, publicKey }: TrustedKey): boolean {
  const bytes = fromBase64(publicKey);
  return bytes.length === 32 && keyIdOf(bytes) === keyId;
}

/** Whether a signature over a value's canonical bytes is this public key's; base64 both. */
export function signatureHolds(signature: string, value: unknown, publicKey: string): boolean {
  try {
    const message = canonicalBytes(value);
    return ed25519.verify(fromBase64(signature), message, fromBase64(publicKey), { zip215: false });
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
