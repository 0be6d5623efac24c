import { readLastGoodManifest, readStoredDigests } from "@/lib/browser/predict/storage";
import type { SignedManifest } from "@/lib/manifest";

/** What this browser keeps for the next visit. Never an image, never a reading. */
export interface KeptData {
  model: { version: string; sizeBytes: number } | null;
  manifestBytes: number | null;
  /** The product's own files, kept by the service worker. */
  files: { count: number; sizeBytes: number } | null;
  /** Names of settings, each a cookie. */
  settings: string[];
  /** What the browser counts for this address, and how much it would allow; null where it does not tell. */
  usage: { usedBytes: number; quotaBytes: number } | null;
}

export async function readKeptData(): Promise<KeptData> {
  const [manifest, digests, files, usage] = await Promise.all([
    readLastGoodManifest(),
    readStoredDigests(),
    keptFiles(),
    storageUsage(),
  ]);
  return {
    model: modelOf(manifest, digests),
    manifestBytes: manifest === undefined ? null : new Blob([manifest]).size,
    files,
    settings: document.cookie
      .split("; ")
      .filter(Boolean)
      .map((entry) => entry.split("=", 1)[0] as string),
    usage,
  };
}

function modelOf(text: string | undefined, digests: readonly string[]): KeptData["model"] {
  if (text === undefined) return null;
  const { manifest } = JSON.parse(text) as SignedManifest;
  if (!digests.includes(manifest.weights.digest)) return null;
  return { version: manifest.version, sizeBytes: manifest.weights.sizeBytes };
}

async function keptFiles(): Promise<KeptData["files"]> {
  if (typeof caches === "undefined") return null;
  try {
    let count = 0;
    let sizeBytes = 0;
    for (const name of await caches.keys()) {
      for (const response of await (await caches.open(name)).matchAll()) {
        count++;
        sizeBytes += (await response.blob()).size;
      }
    }
    return { count, sizeBytes };
  } catch {
    return null;
  }
}

async function storageUsage(): Promise<KeptData["usage"]> {
  const estimate = await navigator.storage?.estimate?.().catch(() => null);
  if (estimate?.usage === undefined || estimate.quota === undefined) return null;
  return { usedBytes: estimate.usage, quotaBytes: estimate.quota };
}
