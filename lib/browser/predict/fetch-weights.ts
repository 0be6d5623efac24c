import type { Digest } from "@/lib/artifacts/store";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { assertDigest, type ModelManifest } from "@/lib/manifest";
import { type Keeping, readStoredWeights, storeWeights } from "./storage";

export interface LoadedWeights {
  bytes: Uint8Array<ArrayBuffer>;
  from: "network" | "storage";
  /** Whether the browser keeps them for the next visit. */
  keeping: Keeping;
}

export type ByteProgress = (receivedBytes: number, totalBytes: number) => void;

/** Breaks of the connection after which the download goes on where it stopped. */
const resumptions = 3;

/** Weights of this browser's storage, held against their digest; undefined where there are none that match. */
export async function readKeptWeights(digest: Digest): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stored = await readStoredWeights(digest);
  return stored && (await matches(stored, digest)) ? stored : undefined;
}

/**
 * The weights a manifest names: from this browser's storage, else from the server. Both are held against the
 * manifest's digest before they are returned.
 * @param kept what readKeptWeights gives for this digest, where it was asked before
 * @throws NETWORK_FAILED, WEIGHTS_DIGEST_MISMATCH
 */
export async function loadWeights(
  { digest, sizeBytes, url }: ModelManifest["weights"],
  onProgress: ByteProgress,
  kept = readKeptWeights(digest),
): Promise<LoadedWeights> {
  const stored = await kept;
  if (stored) return { bytes: stored, from: "storage", keeping: "kept" };
  let bytes = await download(url, sizeBytes, "default", onProgress);
  if (!(await matches(bytes, digest))) {
    // The browser's HTTP cache may hold damaged bytes; the server is asked once more, past it.
    bytes = await download(url, sizeBytes, "reload", onProgress);
    await assertDigest(bytes, digest);
  }
  return { bytes, from: "network", keeping: await storeWeights(digest, bytes) };
}

async function matches(bytes: Uint8Array, digest: Digest): Promise<boolean> {
  return assertDigest(bytes, digest).then(
    () => true,
    () => false,
  );
}

/** Bytes that arrive; what came before a break stays. */
interface Download {
  bytes: Uint8Array<ArrayBuffer>;
  receivedBytes: number;
}

async function download(url: string, sizeBytes: number, cache: RequestCache, onProgress: ByteProgress) {
  const address = new URL(url, location.origin);
  if (address.origin !== location.origin) throw failed(url, "it is on another origin than this page");
  const target: Download = { bytes: new Uint8Array(sizeBytes), receivedBytes: 0 };
  onProgress(0, sizeBytes);
  for (let attempt = 0; ; attempt++) {
    try {
      await receive(address, target, cache, onProgress);
      return target.bytes;
    } catch (error) {
      if (error instanceof PneumoscopeError) throw error;
      if (attempt === resumptions) throw failed(url, describeError(error));
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
  }
}

async function receive(
  address: URL,
  target: Download,
  cache: RequestCache,
  onProgress: ByteProgress,
): Promise<void> {
  const from = target.receivedBytes;
  const response = await fetch(address, { cache, headers: from > 0 ? { range: `bytes=${from}-` } : {} });
  if (response.status >= 400 && response.status < 500)
    throw failed(address.pathname, `status ${response.status}`);
  if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
  if (response.status !== 206) target.receivedBytes = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (target.receivedBytes + part.value.length > target.bytes.length) {
      await reader.cancel();
      throw tooLong(address.pathname, target.bytes.length);
    }
    target.bytes.set(part.value, target.receivedBytes);
    target.receivedBytes += part.value.length;
    onProgress(target.receivedBytes, target.bytes.length);
  }
  if (target.receivedBytes < target.bytes.length) {
    throw new Error(`the connection ended after ${target.receivedBytes} of ${target.bytes.length} bytes`);
  }
}

function tooLong(path: string, sizeBytes: number): PneumoscopeError {
  return new PneumoscopeError(
    "WEIGHTS_DIGEST_MISMATCH",
    `${path} is longer than the ${sizeBytes} bytes that the manifest names; it is not used.`,
    { userMessage: "The model file is not the one that was signed, so it is not used." },
  );
}

function failed(url: string, reason: string): PneumoscopeError {
  return new PneumoscopeError("NETWORK_FAILED", `The weights could not be fetched from ${url}: ${reason}.`, {
    userMessage: "The model file could not be downloaded. Check the connection, then try again.",
  });
}
