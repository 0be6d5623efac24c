import { Secret, TOTP } from "otpauth";

const stepSeconds = 30;
const issuer = "Pneumoscope";

function totpOf(secret: string, email = ""): TOTP {
  return new TOTP({ issuer, label: email, secret: Secret.fromBase32(secret), period: stepSeconds });
}

export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator reads from a QR code. */
export function totpAddress(secret: string, email: string): string {
  return totpOf(secret, email).toString();
}

/**
 * Checks a code of RFC 6238: six digits, 30 seconds, one step early or late.
 * @param usedStep the last step whose code was taken: each is taken once
 * @returns the code's step, or null where it is wrong or used
 */
export function acceptedStep(
  secret: string,
  code: string,
  usedStep: number | null,
  nowMs = Date.now(),
): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: 1 });
  if (delta === null) return null;
  const step = Math.floor(nowMs / 1000 / stepSeconds) + delta;
  return usedStep !== null && step <= usedStep ? null : step;
}
