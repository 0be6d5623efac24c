import { describeCause } from "@/lib/errors";
import { DeliveryError } from "./delivery-error";

const longestRetryAfterMs = 6 * 60 * 60_000;
const longestAnswer = 200;

/**
 * Posts a body and accepts any 2xx. A redirect is refused, since it would carry the message to where nobody sent it.
 * Messages of errors hold no address: it may be a secret.
 * @throws DeliveryError
 */
export async function postJson(
  url: string,
  body: string,
  { headers = {}, timeoutMs }: { headers?: object; timeoutMs: number },
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Pneumoscope", ...headers },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw new DeliveryError(unreachable(error, timeoutMs));
  }
  if (response.ok) {
    await response.body?.cancel().catch(() => undefined);
    return;
  }
  throw await refusal(response);
}

function unreachable(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `no answer within ${timeoutMs / 1000} s`;
  return `cannot be reached: ${describeCause(error)}`;
}

async function refusal(response: Response): Promise<DeliveryError> {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel().catch(() => undefined);
    return new DeliveryError(`answered HTTP ${status}: redirects are not followed`, { isFinal: true });
  }
  const answer = await firstCharacters(response);
  const isTemporary = status >= 500 || status === 429 || status === 408 || status === 425;
  return new DeliveryError(`answered HTTP ${status}${answer ? `: ${answer}` : ""}`, {
    isFinal: !isTemporary,
    retryAfterMs: retryAfterMs(headers.get("retry-after")),
  });
}

/** Slack says in a word what is wrong ("no_service"); more than a line of an answer is not read. */
async function firstCharacters(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  try {
    const chunk = await reader?.read();
    return new TextDecoder().decode(chunk?.value?.subarray(0, longestAnswer)).trim();
  } catch {
    return "";
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}

/** Seconds or a date (RFC 9110, 10.2.3), at most six hours. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestRetryAfterMs) : undefined;
}
