import type { ToServiceWorker } from "./messages";

export type OfflineState =
  /** Nothing was asked for yet. */
  | "idle"
  /** This browser has no service worker here: an old one, private mode, or a page without HTTPS. */
  | "unavailable"
  /** The product's files are being kept. */
  | "preparing"
  /** They are kept: the page opens without the server. */
  | "ready"
  /** They could not be kept, most often because storage is full. */
  | "failed";

export interface OfflineSnapshot {
  state: OfflineState;
  /** A newer build is kept and waits for consent. */
  updateReady: boolean;
}

export const initialOffline: OfflineSnapshot = { state: "idle", updateReady: false };

const serviceWorkerUrl = "/sw.js";
const checkEveryMs = 60 * 60_000;
const ownBuild = process.env.PNEUMOSCOPE_BUILD_ID;

let snapshot = initialOffline;
let started = false;
let reloading = false;
let waiting: ServiceWorker | null = null;
const listeners = new Set<() => void>();

function update(change: Partial<OfflineSnapshot>): void {
  snapshot = { ...snapshot, ...change };
  for (const listener of listeners) listener();
}

export function subscribeOffline(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const getOffline = (): OfflineSnapshot => snapshot;

/** Keeps the product in this browser, so that it opens without the server. Later calls do nothing. */
export async function keepOffline(): Promise<void> {
  if (started) return;
  started = true;
  if (!("serviceWorker" in navigator)) return update({ state: "unavailable" });
  if (process.env.NODE_ENV !== "production") return forget();
  try {
    const registration = await navigator.serviceWorker.register(serviceWorkerUrl, { updateViaCache: "none" });
    update({ state: registration.active ? "ready" : "preparing" });
    watch(registration);
  } catch (error) {
    console.warn(error);
    update({ state: "unavailable" });
  }
}

/** A build made earlier on this address must not answer for the one under development. */
async function forget(): Promise<void> {
  for (const registration of await navigator.serviceWorker.getRegistrations())
    await registration.unregister();
}

function watch(registration: ServiceWorkerRegistration): void {
  if (registration.waiting) void offer(registration.waiting);
  if (registration.installing) follow(registration, registration.installing);
  registration.addEventListener("updatefound", () => {
    if (registration.installing) follow(registration, registration.installing);
  });
  let checkedAt = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - checkedAt < checkEveryMs) return;
    checkedAt = Date.now();
    void registration.update().catch(() => undefined);
  });
}

function follow(registration: ServiceWorkerRegistration, worker: ServiceWorker): void {
  worker.addEventListener("statechange", () => {
    if (worker.state === "installed" && registration.active) void offer(worker);
    else if (worker.state === "activated") update({ state: "ready" });
    else if (worker.state === "redundant" && !registration.active) update({ state: "failed" });
  });
}

/** A build that this page itself is of takes over at once; another one waits for consent. */
async function offer(worker: ServiceWorker): Promise<void> {
  if ((await buildOf(worker)) === ownBuild) return send(worker, { kind: "activate" });
  waiting = worker;
  update({ updateReady: true });
}

function buildOf(worker: ServiceWorker): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    send(worker, { kind: "build" }, [port2]);
  });
}

function send(worker: ServiceWorker, message: ToServiceWorker, transfer: Transferable[] = []): void {
  worker.postMessage(message, transfer);
}

/** Loads the newer build. What is on the page is lost, so only the reader calls this. */
export function takeUpdate(): void {
  if (!waiting || reloading) return;
  reloading = true;
  // Another tab may have let it take over already.
  if (waiting.state === "activated") {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  send(waiting, { kind: "activate" });
}
