import type { RequestEntry, RequestSource } from "./request-entry";

interface Asked {
  method: string;
  sentBytes: number | null;
}

/** What the browser's list of requests does not tell, by address: method and body of each call of fetch. */
const asked = new Map<string, Asked[]>();

/**
 * Reports every request that this page or worker makes, those before the call included: the browser's own record of
 * resources, with method and body length taken where they are given to fetch or sendBeacon.
 */
export function watchRequests(source: RequestSource, report: (entries: RequestEntry[]) => void): void {
  if (typeof PerformanceObserver === "undefined") return;
  const origin = self.location.origin;
  const observer = new PerformanceObserver((list) => {
    const entries = (list.getEntries() as PerformanceResourceTiming[])
      .filter(({ name }) => /^https?:/.test(name))
      .map((timing) => entryOf(timing, source, origin));
    if (entries.length > 0) report(entries);
  });
  for (const type of ["navigation", "resource"]) {
    if (PerformanceObserver.supportedEntryTypes.includes(type)) observer.observe({ type, buffered: true });
  }
}

/** Notes method and body length of each later request. Called once, before anything is fetched. */
export function noteRequestBodies(): void {
  const realFetch = self.fetch;
  self.fetch = (input, init) => {
    const request = input instanceof Request ? input : null;
    const method = (init?.method ?? request?.method ?? "GET").toUpperCase();
    const body = init?.body ?? (request?.body ? undefined : null);
    note(request?.url ?? String(input), { method, sentBytes: lengthOf(body) });
    return realFetch.call(self, input, init);
  };
  if (typeof navigator.sendBeacon !== "function") return;
  const realBeacon = navigator.sendBeacon.bind(navigator);
  navigator.sendBeacon = (url, data) => {
    note(String(url), { method: "POST", sentBytes: lengthOf(data) });
    return realBeacon(url, data);
  };
}

function note(url: string, what: Asked): void {
  const { href } = new URL(url, self.location.href);
  const list = asked.get(href);
  if (list) list.push(what);
  else asked.set(href, [what]);
}

function entryOf(
  timing: PerformanceResourceTiming & { workerStart: number },
  source: RequestSource,
  origin: string,
): RequestEntry {
  const { name, startTime, transferSize, responseStatus } = timing;
  const { method, sentBytes } = asked.get(name)?.shift() ?? { method: "GET", sentBytes: 0 };
  return {
    source,
    method,
    address: name.startsWith(`${origin}/`) ? name.slice(origin.length) : name,
    startedAtMs: performance.timeOrigin + startTime,
    receivedBytes: transferSize ?? null,
    sentBytes,
    status: responseStatus ?? 0,
  };
}

/** @returns bytes, or null where they cannot be told without reading the body */
export function lengthOf(body: BodyInit | null | undefined): number | null {
  if (body === null) return 0;
  if (body === undefined) return null;
  if (typeof body === "string") return new TextEncoder().encode(body).length;
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  if (body instanceof URLSearchParams) return new TextEncoder().encode(body.toString()).length;
  return null;
}
