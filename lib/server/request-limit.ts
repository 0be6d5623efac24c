import { PneumoscopeError } from "@/lib/errors";

interface Count {
  windowStartMs: number;
  requests: number;
}

// Next bundles this module into several routes; the counts must be one.
const shared = globalThis as typeof globalThis & { pneumoscopeCounts?: Map<string, Count> };
const mostKeys = 10_000;

/**
 * Counts a request of a key, in this process.
 * @throws TOO_MANY_REQUESTS where it is more than `most` within the window
 */
export function countRequest(key: string, most: number, windowMs: number, nowMs = Date.now()): void {
  shared.pneumoscopeCounts ??= new Map();
  const counts = shared.pneumoscopeCounts;
  const known = counts.get(key);
  const count =
    known && nowMs - known.windowStartMs < windowMs ? known : { windowStartMs: nowMs, requests: 0 };
  count.requests++;
  counts.delete(key);
  counts.set(key, count);
  // The oldest goes: keys that nobody uses any more must not fill the memory.
  if (counts.size > mostKeys) counts.delete(counts.keys().next().value as string);
  if (count.requests > most)
    throw new PneumoscopeError(
      "TOO_MANY_REQUESTS",
      `More than ${most} requests within ${Math.round(windowMs / 1000)} seconds. Wait, then go on.`,
    );
}
