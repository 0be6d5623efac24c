export type RequestSource = "page" | "worker" | "service-worker";

/** One request, as the privacy panel lists it. */
export interface RequestEntry {
  source: RequestSource;
  method: string;
  /** Path and query on this origin; the whole address elsewhere. */
  address: string;
  /** When it began, in milliseconds since the epoch. */
  startedAtMs: number;
  /** Bytes over the network, headers included; 0 where a kept copy answered, null where the browser hides it. */
  receivedBytes: number | null;
  /** Bytes of the request's body: 0 for a GET; null where its length cannot be told. */
  sentBytes: number | null;
  /** HTTP status; 0 where no answer came. */
  status: number;
}
