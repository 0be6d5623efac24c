import type { FromServiceWorker } from "@/lib/browser/offline/messages";
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
  listenToWorkers();
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

/** Every worker of this page, whoever starts it, is heard before those who started it. */
function listenToWorkers(): void {
  self.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      set({ workers: log.workers + 1 });
      const startedAtMs = Date.now();
      let reports = false;
      this.addEventListener("message", (event: MessageEvent) => {
        const entries = reported(event.data);
        if (!entries) return;
        event.stopImmediatePropagation();
        if (!reports) {
          set({ reportingWorkers: log.reportingWorkers + 1 });
          addScript(new URL(url, location.href), startedAtMs);
        }
        reports = true;
        add(entries);
      });
    }
  };
}

/** Some browsers list a worker's own script nowhere. */
function addScript({ origin, pathname, search }: URL, startedAtMs: number): void {
  const address = `${origin === location.origin ? "" : origin}${pathname}${search}`;
  if (log.entries.some((entry) => entry.address === address)) return;
  add([
    { source: "page", method: "GET", address, startedAtMs, receivedBytes: null, sentBytes: 0, status: 200 },
  ]);
}

function reported(data: unknown): RequestEntry[] | null {
  if (typeof data !== "object" || data === null || !("pneumoscopeRequests" in data)) return null;
  return data.pneumoscopeRequests as RequestEntry[];
}
