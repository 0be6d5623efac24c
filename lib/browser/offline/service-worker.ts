import type { RequestEntry } from "@/lib/browser/privacy/request-entry";
import { watchRequests } from "@/lib/browser/privacy/watch-requests";
import { buildHeader, type FromServiceWorker, type ToServiceWorker } from "./messages";
import { ruleFor } from "./rules";

// Put in by scripts/bundle-service-worker.ts.
declare const BUILD_ID: string;
declare const PAGES: string[];
declare const FILES: string[];

const scope = self as unknown as ServiceWorkerGlobalScope;
const prefix = "pneumoscope-";
const cacheName = `${prefix}${BUILD_ID}`;
const kept = { origin: scope.location.origin, pages: new Set(PAGES), files: new Set(FILES) };
/** A server that does not answer in this time is taken for gone. */
const answerWithinMs = 4_000;
const atOnce = 4;

const log: RequestEntry[] = [];
watchRequests("service-worker", (entries) => {
  log.push(...entries);
  void tellPages(entries);
});

async function tellPages(entries: RequestEntry[]): Promise<void> {
  const message: FromServiceWorker = { kind: "requests", entries };
  for (const client of await scope.clients.matchAll({ includeUncontrolled: true, type: "window" }))
    client.postMessage(message);
}

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("message", ({ data, ports }: ExtendableMessageEvent) => {
  const message = data as ToServiceWorker;
  if (message.kind === "build") ports[0]?.postMessage(BUILD_ID);
  else if (message.kind === "activate") void scope.skipWaiting();
});
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { method, url, mode, headers } = request;
  const rule = ruleFor({ method, url, mode, rsc: headers.get("rsc") }, kept);
  if (rule === "page") event.respondWith(answerPage(event));
  else if (rule === "other page") event.respondWith(answerOtherPage(event));
  else if (rule === "build") event.respondWith(answerFile(request));
  else if (rule === "runtime") event.respondWith(answerFromServerFirst(request));
});

/** Keeps every file of this build; none may be missing, or the build is not installed. */
async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  const waiting = [...PAGES, ...FILES];
  const keepNext = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) await keep(cache, path);
  };
  await Promise.all(Array.from({ length: atOnce }, keepNext));
}

async function keep(cache: Cache, path: string): Promise<void> {
  if (path.startsWith("/_next/static/")) {
    const known = await caches.match(path);
    return cache.put(path, known ?? (await fetched(path, "default")));
  }
  await cache.put(path, await fetched(path, PAGES.includes(path) ? "no-store" : "no-cache"));
}

async function fetched(path: string, cache: RequestCache): Promise<Response> {
  const response = await fetch(path, { cache, credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(`${path} answered ${response.status}`);
  return response;
}

async function activate(): Promise<void> {
  await scope.registration.navigationPreload?.enable();
  await scope.clients.claim();
  await removeOldCaches();
}

/** Another tab may still run the build before and need its files. */
async function removeOldCaches(): Promise<void> {
  if ((await scope.clients.matchAll({ type: "window" })).length > 1) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(prefix) && name !== cacheName) await caches.delete(name);
  }
}

async function answerPage(event: FetchEvent): Promise<Response> {
  event.waitUntil(removeOldCaches());
  const path = new URL(event.request.url).pathname;
  const network = Promise.resolve(event.preloadResponse as Promise<Response | undefined>)
    .then((preloaded) => preloaded ?? fetch(event.request))
    .then((response) => {
      if (response.status >= 500) throw new Error(`status ${response.status}`);
      return response;
    });
  // A page's policy names its scripts by a nonce: page and policy are kept together, as one answer.
  event.waitUntil(
    network.then(
      (response) => keepIfSameBuild(path, response.clone()),
      () => undefined,
    ),
  );
  return withKeptCopy(network, path);
}

async function answerOtherPage({ preloadResponse, request }: FetchEvent): Promise<Response> {
  try {
    return ((await preloadResponse) as Response | undefined) ?? (await fetch(request));
  } catch {
    return Response.redirect("/", 302);
  }
}

async function keepIfSameBuild(path: string, response: Response): Promise<void> {
  if (!response.ok || response.headers.get(buildHeader) !== BUILD_ID) return;
  await (await caches.open(cacheName)).put(path, response);
}

async function answerFile(request: Request): Promise<Response> {
  const copy = await caches.match(new URL(request.url).pathname, { ignoreVary: true });
  // A response made here has the request's address, with the parameters that a worker's script reads from it.
  return copy ? new Response(copy.body, copy) : fetch(request);
}

function answerFromServerFirst(request: Request): Promise<Response> {
  return withKeptCopy(fetch(request), new URL(request.url).pathname);
}

/** The network's answer, or the kept copy where none comes in time. */
async function withKeptCopy(network: Promise<Response>, path: string): Promise<Response> {
  const late = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), answerWithinMs));
  const first = await Promise.race([network.catch(() => "failed" as const), late]);
  if (first instanceof Response) return first;
  const copy = await (await caches.open(cacheName)).match(path, { ignoreVary: true });
  return copy ?? network;
}
