import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { PneumoscopeError } from "@/lib/errors";

/** Headers of Standard Webhooks (standardwebhooks.com). The time is in seconds since 1970. */
export interface WebhookHeaders {
  "webhook-id": string;
  "webhook-timestamp": string;
  "webhook-signature": string;
}

const toleranceMs = 5 * 60_000;

/** Signs a body: `v1,` and base64 of HMAC-SHA256(secret, "id.timestamp.body"). */
export function signWebhook(
  message: { id: string; body: string },
  secret: string,
  nowMs = Date.now(),
): WebhookHeaders {
  const timestamp = String(Math.floor(nowMs / 1000));
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatureOf(message, timestamp, secret),
  };
}

/**
 * What a receiver does. The header may list several signatures, parted by blanks, while a secret is being changed.
 * @throws REQUEST_SIGNATURE_INVALID where none of them holds or the time is more than five minutes from now
 */
export function verifyWebhook(
  body: string,
  headers: { get(name: string): string | null },
  secret: string,
  nowMs = Date.now(),
): void {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const given = (headers.get("webhook-signature") ?? "").split(" ");
  if (!id || !/^\d{1,12}$/.test(timestamp)) throw refused("it carries no signature");
  if (Math.abs(nowMs - Number(timestamp) * 1000) > toleranceMs) throw refused("its time is not now");
  const expected = signatureOf({ id, body }, timestamp, secret);
  if (!given.some((signature) => isSame(signature, expected))) throw refused("its signature does not hold");
}

/** A secret as Standard Webhooks writes it (`whsec_` and base64), or any other text as its bytes. */
function keyOf(secret: string): Uint8Array {
  if (!secret.startsWith("whsec_")) return new TextEncoder().encode(secret);
  return Uint8Array.from(atob(secret.slice("whsec_".length)), (character) => character.charCodeAt(0));
}

/** Whether a text can be used as a secret; 24 bytes is what Standard Webhooks asks for at least. */
export function isWebhookSecret(secret: string): boolean {
  try {
    return keyOf(secret).byteLength >= 24;
  } catch {
    return false;
  }
}

function signatureOf({ id, body }: { id: string; body: string }, timestamp: string, secret: string): string {
  const signed = hmac(sha256, keyOf(secret), new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  return `v1,${btoa(String.fromCharCode(...signed))}`;
}

/** In a time that does not depend on where they differ. */
function isSame(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

function refused(why: string): PneumoscopeError {
  return new PneumoscopeError("REQUEST_SIGNATURE_INVALID", `The webhook is refused: ${why}.`);
}
