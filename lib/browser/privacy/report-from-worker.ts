import { noteRequestBodies, watchRequests } from "./watch-requests";

// Imported first by every worker: the page's privacy panel then lists what the worker asks for.
const scope = self as unknown as DedicatedWorkerGlobalScope;
noteRequestBodies();
scope.postMessage({ pneumoscopeRequests: [] });
watchRequests("worker", (entries) => scope.postMessage({ pneumoscopeRequests: entries }));
