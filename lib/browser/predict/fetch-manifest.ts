import { describeError, PneumoscopeError } from "@/lib/errors";
import { type ModelManifest, openCurrentAnswer, type TrustedKey, verifySignedManifest } from "@/lib/manifest";

export interface VerifiedManifest {
  manifest: ModelManifest;
  /** The signed form as it came, to be kept and verified again. */
  text: string;
}

export type ManifestAnswer =
  | { changed: false }
  | {
      changed: true;
      etag: string | null;
      /** The signed manifest and the signed trust list (or null), neither of them verified. */
      signed: unknown;
      trust: unknown;
    };

const currentAddress = "/api/models/current";
const answerWithinMs = 20_000;
const pingedWithinMs = 4_000;

/**
 * Asks which model version is current, and what was withdrawn.
 * @param etag of the last answer; the same answer gives `changed: false`
 * @throws NETWORK_FAILED, MANIFEST_INVALID where the answer is not JSON
 */
export async function fetchManifest(etag: string | null): Promise<ManifestAnswer> {
  const { response, text } = await ask(etag);
  if (response.status === 304) return { changed: false };
  return { changed: true, etag: response.headers.get("etag"), ...openCurrentAnswer(text) };
}

/** @throws MANIFEST_INVALID, MANIFEST_KEY_UNKNOWN, MANIFEST_SIGNATURE_INVALID, MANIFEST_KEY_RETIRED */
export function verifyText(text: string, trustedKeys: readonly TrustedKey[]): VerifiedManifest {
  return { manifest: verifySignedManifest(text, trustedKeys), text };
}

/** Whether the server can be asked for a page; a proxy that answers in its place says that it cannot. */
export async function isServerThere(): Promise<boolean> {
  try {
    const response = await fetch(currentAddress, {
      cache: "no-store",
      signal: AbortSignal.timeout(pingedWithinMs),
    });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}

async function ask(etag: string | null): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(currentAddress, {
      cache: "no-store",
      headers: etag ? { "if-none-match": etag } : {},
      signal: AbortSignal.timeout(answerWithinMs),
    });
    if (response.status === 401) throw signInRequired();
    if (!response.ok && response.status !== 304) throw new Error(`status ${response.status}`);
    return { response, text: await response.text() };
  } catch (cause) {
    if (cause instanceof PneumoscopeError) throw cause;
    throw new PneumoscopeError(
      "NETWORK_FAILED",
      `${currentAddress} gave no answer: ${describeError(cause)}.`,
      {
        cause,
        userMessage:
          "The server cannot be reached, and this browser holds no model yet. Check the connection, then try again.",
      },
    );
  }
}

function signInRequired(): PneumoscopeError {
  return new PneumoscopeError("SIGN_IN_REQUIRED", "The server gives its model to signed-in doctors only.", {
    userMessage: "Reading is for signed-in doctors here. Sign in, then come back.",
  });
}
