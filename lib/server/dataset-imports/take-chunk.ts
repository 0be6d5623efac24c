import { z } from "zod";
import type { Database } from "@/drizzle/client";
import { isDigest } from "@/lib/artifacts/store";
import { chunkBytes } from "@/lib/dataset/upload-plan";
import { PneumoscopeError } from "@/lib/errors";
import { readAtMost } from "@/lib/server/read-at-most";
import { receiveChunk } from "./receive-chunk";

/** The header with what the piece hashes to. */
export const digestHeader = "x-pneumoscope-digest";

/** A piece of an upload from a browser, read no further than a piece may be long. @throws as receiveChunk */
export async function takeChunk(
  request: Request,
  named: { id: string; index: string },
  db: Database,
): Promise<Response> {
  const id = z.uuid().safeParse(named.id);
  const digest = request.headers.get(digestHeader) ?? "";
  if (!id.success) throw new PneumoscopeError("UPLOAD_NOT_FOUND", "There is no such upload.");
  if (!isDigest(digest) || !/^\d{1,9}$/.test(named.index))
    throw new PneumoscopeError("UPLOAD_CHUNK_DAMAGED", "The piece does not say what it is.");
  const bytes = await readAtMost(request, chunkBytes);
  if (!bytes) throw new PneumoscopeError("UPLOAD_CHUNK_DAMAGED", `A piece has at most ${chunkBytes} bytes.`);
  await receiveChunk(db, { uploadId: id.data, index: Number(named.index), digest, bytes });
  return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
}
