import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { readBaselineManifest, readWeights } from "@/lib/node/current-model";
import { isPublished } from "./published-weights";
import { matchesTag } from "./serve-current";

/**
 * Weights over HTTP: immutable, with ETag, HEAD and byte ranges (RFC 9110).
 * @throws ARTIFACT_NOT_FOUND
 */
export async function serveWeights(
  request: Request,
  digestText: string,
  store: ArtifactStore,
): Promise<Response> {
  const digest = parseDigest(digestText);
  const source = await openWeights(store, digest);
  const etag = `"${digest}"`;
  const headers = new Headers({
    etag,
    "accept-ranges": "bytes",
    "cache-control": "public, max-age=31536000, immutable",
    "content-type": "application/octet-stream",
  });
  if (matchesTag(request.headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers });
  const range = usableRange(request, etag, source.sizeBytes);
  if (range === "unsatisfiable") {
    headers.set("content-range", `bytes */${source.sizeBytes}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: source.sizeBytes - 1 };
  headers.set("content-length", String(end - start + 1));
  if (range) headers.set("content-range", `bytes ${start}-${end}/${source.sizeBytes}`);
  const body = request.method === "HEAD" ? null : await source.open({ start, end });
  return new Response(body, { status: range ? 206 : 200, headers });
}

interface WeightsSource {
  sizeBytes: number;
  open(range: { start: number; end: number }): Promise<ReadableStream<Uint8Array>>;
}

/** The store holds patients' images too: only weights that were published are for everyone. */
async function openWeights(store: ArtifactStore, digest: Digest): Promise<WeightsSource> {
  const info = (await isPublished(store, digest)) ? await store.stat(digest) : null;
  if (info) return { sizeBytes: info.sizeBytes, open: (range) => store.stream(digest, range) };
  const shipped = await readBaselineManifest().catch(() => null);
  if (shipped?.manifest.weights.digest !== digest) throw notFound(digest);
  const bytes = await readWeights(store, digest);
  return {
    sizeBytes: bytes.byteLength,
    open: async ({ start, end }) =>
      new Blob([bytes.slice(start, end + 1) as Uint8Array<ArrayBuffer>]).stream(),
  };
}

function parseDigest(text: string): Digest {
  const hex = /^(?:sha256(?::|-|%3A|%3a))?([0-9a-f]{64})$/.exec(text)?.[1];
  if (!hex) throw notFound(text);
  return `sha256:${hex}`;
}

function notFound(digest: string): PneumoscopeError {
  return new PneumoscopeError("ARTIFACT_NOT_FOUND", `There are no weights ${digest.slice(0, 80)} here.`);
}

/** A single range; null for the whole file, also where If-Range names other bytes or the header is not understood. */
function usableRange(
  request: Request,
  etag: string,
  sizeBytes: number,
): { start: number; end: number } | "unsatisfiable" | null {
  const header = request.headers.get("range");
  const condition = request.headers.get("if-range");
  if (header === null || (condition !== null && condition !== etag)) return null;
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return null;
  if (first === "") {
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? "unsatisfiable" : { start: sizeBytes - length, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== "" && Number(last) < start) return null;
  return start >= sizeBytes ? "unsatisfiable" : { start, end };
}
