import { PneumoscopeError } from "@/lib/errors";
import { type Timing, timingOf } from "./percentiles";
import type { Call } from "./visit";

export function addressOf({ procedure, input }: Call): string {
  return `/api/trpc/${procedure}${input ? `?input=${encodeURIComponent(input)}` : ""}`;
}

/** One line of a report for a call. */
export function nameOf({ procedure, input }: Call): string {
  const json = input ? JSON.stringify((JSON.parse(input) as { json?: unknown }).json ?? null) : "";
  return `${procedure}${json && json !== "null" ? ` ${json}` : ""}`;
}

interface Asked {
  origin: string;
  cookie: string;
  times: number;
}

/**
 * Asks one address again and again, one request at a time, and measures until the last byte.
 * @throws NETWORK_FAILED where it answers anything but 200
 */
export async function timeAddress(
  name: string,
  address: string,
  { origin, cookie, times }: Asked,
): Promise<Timing> {
  const durations: number[] = [];
  const warmUps = 3;
  for (let turn = 0; turn < warmUps + times; turn++) {
    const startedAt = performance.now();
    const response = await fetch(origin + address, { headers: { cookie }, redirect: "manual" });
    await response.arrayBuffer();
    if (response.status !== 200)
      throw new PneumoscopeError("NETWORK_FAILED", `${name} answered ${response.status}.`);
    if (turn >= warmUps) durations.push(performance.now() - startedAt);
  }
  return timingOf(name, durations);
}
