import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { PneumoscopeError } from "@/lib/errors";

export const timestampHeader = "x-pneumoscope-timestamp";
export const signatureHeader = "x-pneumoscope-signature";
const maximumAgeMs = 5 * 60 * 1000;

export interface SignableRequest {
  method: string;
  /** Path with query, as it appears in the request line: "/jobs/42". */
  path: string;
  /** The exact body bytes; empty where there is none. */
  body?: Uint8Array | string;
}

export interface RequestSignatureHeaders {
  [timestampHeader]: string;
  [signatureHeader]: string;
}

/**
 * Signs a request between web and trainer: hex HMAC-SHA256(secret, "METHOD\npath\ntimestamp\nsha256(body)").
 * The timestamp is in milliseconds since 1970.
 */
export function signRequest(
  request: SignableRequest,
  secret: string,
  nowMs = Date.now(),
): RequestSignatureHeaders {
  const timestamp = String(nowMs);
  return { [timestampHeader]: timestamp, [signatureHeader]: signatureOf(request, timestamp, secret) };
}

/**
 * Checks a request's signature in constant time and its age.
 * @param headers anything with `get`, such as `Request.headers`
 * @throws REQUEST_SIGNATURE_INVALID where it is absent, wrong, or more than five minutes from now
 */
export function verifyRequest(
  request: SignableRequest,
  headers: { get(name: string): string | null | undefined },
  secret: string,
  nowMs = Date.now(),
): void {
  const timestamp = headers.get(timestampHeader) ?? "";
  const signature = headers.get(signatureHeader) ?? "";
  if (!/^\d{1,16}$/.test(timestamp) || !/^[0-9a-f]{64}$/.test(signature)) {
    throw refused("it carries no signature");
  }
  const expected = signatureOf(request, timestamp, secret);
  if (!timingSafeEqual(Buffer.from(signature, "hex"), Buffer.from(expected, "hex"))) {
    throw refused("its signature does not hold; web and trainer must share one TRAINER_SECRET");
  }
  if (Math.abs(nowMs - Number(timestamp)) > maximumAgeMs) {
    throw refused("it is more than five minutes old; check the clocks of web and trainer");
  }
}

function signatureOf(
  { method, path, body = "" }: SignableRequest,
  timestamp: string,
  secret: string,
): string {
  const bodyHash = createHash("sha256").update(body).digest("hex");
  return createHmac("sha256", secret)
    .update(`${method.toUpperCase()}\n${path}\n${timestamp}\n${bodyHash}`)
    .digest("hex");
}

function refused(reason: string): PneumoscopeError {
  return new PneumoscopeError("REQUEST_SIGNATURE_INVALID", `The request is refused: ${reason}.`);
}
