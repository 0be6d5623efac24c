import { setTimeout as sleep } from "node:timers/promises";
import { describeError } from "@/lib/errors";
import { signRequest } from "@/lib/node/signed-request";
import type { JobStatus } from "@/lib/training/job";

const attempts = 10;
const firstPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;
const requestTimeoutMs = 30_000;

/**
 * POSTs a job's final status to its callback URL, signed, and repeats with growing pauses for about half an hour.
 * @returns whether somebody answered with success
 */
export async function deliverCallback(options: {
  url: string;
  status: JobStatus;
  secret: string;
  signal: AbortSignal;
  log(line: string): void;
  pauseMs?: number;
}): Promise<boolean> {
  const { url, status, signal, log } = options;
  let pauseMs = options.pauseMs ?? firstPauseMs;
  for (let attempt = 1; attempt <= attempts && !signal.aborted; attempt++) {
    const problem = await post(url, JSON.stringify(status), options.secret, signal);
    if (problem === null) return true;
    log(`${status.jobId}: callback ${attempt} of ${attempts} to ${new URL(url).origin} failed: ${problem}`);
    if (attempt < attempts) await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
  return false;
}

async function post(url: string, body: string, secret: string, signal: AbortSignal): Promise<string | null> {
  const { pathname, search } = new URL(url);
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        ...signRequest({ method: "POST", path: pathname + search, body }, secret),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
    });
    await response.body?.cancel();
    return response.ok ? null : `HTTP ${response.status}`;
  } catch (error) {
    return describeError(error);
  }
}
