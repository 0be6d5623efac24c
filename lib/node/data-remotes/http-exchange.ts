import { setTimeout as delay } from "node:timers/promises";
import { describeCause, PneumoscopeError } from "@/lib/errors";

export interface ExchangeOptions {
  /** Of the remote, for messages. */
  remote: string;
  attempts?: number;
  firstPauseMs?: number;
  /** Of one attempt. */
  timeoutMs?: number;
  /** Whether an answer is one to work with; by default any below 400, and 404. */
  isAnswer?: (answer: Answer) => boolean;
}

export interface Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
}

const defaults = {
  attempts: 4,
  firstPauseMs: 250,
  timeoutMs: 120_000,
  isAnswer: ({ status }: Answer) => status < 400 || status === 404,
};
/** No object of a data set is larger; reading stops there. */
const longestBytes = 512 * 1024 * 1024;

/**
 * Sends a request until it is answered: again after a broken connection, 429 and 5xx, with growing pauses.
 * @param send makes the request anew each time
 * @throws DATA_REMOTE_FAILED for any other answer that `isAnswer` refuses, and after the last attempt
 */
export async function exchange(
  send: (signal: AbortSignal) => Promise<Response>,
  what: string,
  options: ExchangeOptions,
): Promise<Answer> {
  const { remote, attempts, firstPauseMs, timeoutMs, isAnswer } = { ...defaults, ...options };
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(send, timeoutMs);
    if (!(outcome instanceof Error) && isAnswer(outcome)) return outcome;
    const reason = outcome instanceof Error ? describeCause(outcome) : refusal(outcome);
    const mayPass = outcome instanceof Error || outcome.status >= 500 || outcome.status === 429;
    if (!mayPass || attempt >= attempts) throw failed({ remote, what, reason, attempt });
    await delay(firstPauseMs * 2 ** (attempt - 1));
  }
}

async function attemptOnce(
  send: (signal: AbortSignal) => Promise<Response>,
  timeoutMs: number,
): Promise<Answer | Error> {
  try {
    const response = await send(AbortSignal.timeout(timeoutMs));
    return { status: response.status, headers: response.headers, bytes: await bodyOf(response) };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > longestBytes) throw new Error(`it is larger than ${longestBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** The status, and what an S3 server says in its XML. */
function refusal({ status, bytes }: Answer): string {
  const said = /<Code>([^<]{1,80})<\/Code>/.exec(new TextDecoder().decode(bytes.subarray(0, 4096)))?.[1];
  return `it answered ${status}${said ? ` ${said}` : ""}`;
}

function failed(of: { remote: string; what: string; reason: string; attempt: number }): PneumoscopeError {
  const { remote, what, reason, attempt } = of;
  return new PneumoscopeError(
    "DATA_REMOTE_FAILED",
    `The data remote ${remote} failed at ${what}: ${reason} (attempt ${attempt}). ` +
      "Check its address, the network and the credentials; what was done so far is kept.",
  );
}
