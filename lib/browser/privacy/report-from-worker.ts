import { listenToWorkers, type WorkerReport } from "./listen-to-workers";
import type { RequestEntry } from "./request-entry";
import { noteRequestBodies, watchRequests } from "./watch-requests";

// Imported first by every worker: the page's privacy panel then lists what the worker and its threads ask for.
const scope = self as unknown as DedicatedWorkerGlobalScope;

function report(pneumoscopeRequests: RequestEntry[]): void {
  scope.postMessage({ pneumoscopeRequests } satisfies WorkerReport);
}

noteRequestBodies();
listenToWorkers({ onStarted: () => undefined, onReport: report });
report([]);
watchRequests("worker", report);
