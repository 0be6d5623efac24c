import type { RequestEntry } from "@/lib/browser/privacy/request-entry";

export type ToServiceWorker =
  /** Asks which build the worker keeps; answered on the message's port. */
  | { kind: "build" }
  /** Take over now: the reader has agreed, or the page is of the worker's own build. */
  | { kind: "activate" };

export type FromServiceWorker = { kind: "requests"; entries: RequestEntry[] };

/** The header by which the service worker tells a page of its own build. */
export const buildHeader = "pneumoscope-build";
