import type { Digest } from "@/lib/artifacts/store";
import { type ErrorCode, PneumoscopeError } from "@/lib/errors";
import type { ChunkAnswer } from "./send-upload";

/** Sends one piece. The network's failures and a server that is away or busy are for later; a refusal is for good. */
export async function putChunk(
  uploadId: string,
  { index, digest, bytes, signal }: { index: number; digest: Digest; bytes: Uint8Array; signal: AbortSignal },
  send: typeof fetch = fetch,
): Promise<ChunkAnswer> {
  let response: Response;
  try {
    response = await send(`/api/data/uploads/${uploadId}/${index}`, {
      method: "PUT",
      headers: { "x-pneumoscope-digest": digest, "content-type": "application/octet-stream" },
      body: bytes as Uint8Array<ArrayBuffer>,
      signal,
    });
  } catch {
    signal.throwIfAborted();
    return "later";
  }
  if (response.ok) return "taken";
  const code = await codeOf(response);
  if (response.status === 429 || code === "UPLOAD_CHUNK_DAMAGED") return "later";
  if (response.status >= 500 && code !== "DISK_FULL") return "later";
  return {
    refused: new PneumoscopeError(code ?? "NETWORK_FAILED", `The server answered ${response.status}.`),
  };
}

async function codeOf(response: Response): Promise<ErrorCode | null> {
  const body: unknown = await response.json().catch(() => null);
  const code = (body as { error?: { code?: unknown } } | null)?.error?.code;
  return typeof code === "string" ? (code as ErrorCode) : null;
}
