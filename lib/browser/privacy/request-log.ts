import type { FromServiceWorker } from "@/lib/browser/offline/messages";
import { listenToWorkers } from "./listen-to-workers";
import type { RequestEntry } from "./request-entry";
import { noteRequestBodies, watchRequests } from "./watch-requests";

export interface RequestLog {
  /** Since this page opened, oldest first; the latest of them when there are very many. */
  entries: readonly RequestEntry[];
  count: number;
  receivedBytes: number;
  sentBytes: number;
  /** Requests with a body whose length could not be told. */
  unknownBodies: number;
  /** Workers that this page started, and how many of them report their requests. */
  workers: number;
  reportingWorkers: number;
}

const longestList = 2_000;
export const emptyLog: RequestLog = {
  entries: [],
  count: 0,
  receivedBytes: 0,
  sentBytes: 0,
  unknownBodies: 0,
  workers: 0,
  reportingWorkers: 0,
};

let log = emptyLog;
let started = false;
const listeners = new Set<() => void>();

export function subscribeRequests(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const getRequests = (): RequestLog => log;

/** Starts to list every request of this page, of the workers it starts and of the service worker. */
export function startRequestLog(): void {
  if (started || typeof window === "undefined") return;
  started = true;
  noteRequestBodies();
  listenToWorkers({
    onStarted(script) {
      set({ workers: log.workers + 1 });
      addScript(script);
    },
    onReport(entries, first) {
      if (first) set({ reportingWorkers: log.reportingWorkers + 1 });
      if (entries.length > 0) add(entries);
    },
  });
  watchRequests("page", add);
  navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<FromServiceWorker>) => {
    if (data?.kind === "requests") add(data.entries);
  });
  navigator.serviceWorker?.startMessages?.();
}

function set(change: Partial<RequestLog>): void {
  log = { ...log, ...change };
  for (const listener of listeners) listener();
}

function add(entries: readonly RequestEntry[]): void {
  set({
    entries: [...log.entries, ...entries].slice(-longestList),
    count: log.count + entries.length,
    receivedBytes: log.receivedBytes + sum(entries, ({ receivedBytes }) => receivedBytes ?? 0),
    sentBytes: log.sentBytes + sum(entries, ({ sentBytes }) => sentBytes ?? 0),
    unknownBodies: log.unknownBodies + entries.filter(({ sentBytes }) => sentBytes === null).length,
  });
}

function sum(entries: readonly RequestEntry[], of: (entry: RequestEntry) => number): number {
  return entries.reduce((total, entry) => total + of(entry), 0);
}

/** A worker's own script stands in no list of the browser's. */
function addScript({ origin, pathname, search }: URL): void {
  const address = `${origin === location.origin ? "" : origin}${pathname}${search}`;
  const startedAtMs = Date.now();
  add([
    { source: "page", method: "GET", address, startedAtMs, receivedBytes: null, sentBytes: 0, status: 200 },
  ]);
}
