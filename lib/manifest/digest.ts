import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";

const largeBytes = 64 * 1024;

/**
 * SHA-256 of `bytes` as "sha256:<hex>". Uses WebCrypto for large inputs where the context has it
 * (it is absent on plain http pages), pure JavaScript otherwise; both give the same digest.
 */
export async function digestOf(bytes: Uint8Array): Promise<Digest> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle && bytes.byteLength >= largeBytes) {
    const hash = await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
    return `sha256:${bytesToHex(new Uint8Array(hash))}`;
  }
  return digestOfSync(bytes);
}

/** SHA-256 of `bytes` as "sha256:<hex>", in pure JavaScript. */
export function digestOfSync(bytes: Uint8Array): Digest {
  return `sha256:${bytesToHex(sha256(bytes))}`;
}

/** @throws WEIGHTS_DIGEST_MISMATCH where `bytes` do not hash to `digest` */
export async function assertDigest(bytes: Uint8Array, digest: Digest): Promise<void> {
  const actual = await digestOf(bytes);
  if (actual === digest) return;
  throw new PneumoscopeError(
    "WEIGHTS_DIGEST_MISMATCH",
    `The weights (${bytes.byteLength} bytes) hash to ${actual}, but the manifest names ${digest}. ` +
      "They were damaged or exchanged on the way and are not used; fetch them again.",
    {
      userMessage:
        "The model file does not match its signature, so it is not used. Reload to fetch it again.",
    },
  );
}
