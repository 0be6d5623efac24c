import type { RequestEntry } from "./request-entry";

export interface WorkerListener {
  onStarted(script: URL): void;
  /** The first report of a worker comes before it asks for anything, and may be empty. */
  onReport(entries: RequestEntry[], first: boolean): void;
}

export interface WorkerReport {
  pneumoscopeRequests: RequestEntry[];
}

/** Hears every worker that this page or worker starts from now on, before those who started it. Called once. */
export function listenToWorkers({ onStarted, onReport }: WorkerListener): void {
  if (typeof self.Worker === "undefined") return;
  self.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      onStarted(new URL(url, self.location.href));
      let first = true;
      this.addEventListener("message", (event: MessageEvent) => {
        if (!isReport(event.data)) return;
        event.stopImmediatePropagation();
        onReport(event.data.pneumoscopeRequests, first);
        first = false;
      });
    }
  };
}

function isReport(data: unknown): data is WorkerReport {
  return typeof data === "object" && data !== null && "pneumoscopeRequests" in data;
}
