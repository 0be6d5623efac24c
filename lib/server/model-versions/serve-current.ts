import type { ArtifactStore } from "@/lib/artifacts/store";
import { answerTag, currentAnswer, readCurrentManifest } from "@/lib/node/current-model";

/** The current signed manifest and trust list over HTTP. It needs no database. */
export async function serveCurrentManifest(request: Request, store: ArtifactStore): Promise<Response> {
  const answer = currentAnswer(await readCurrentManifest(store));
  const etag = `"${await answerTag(answer)}"`;
  const headers = { etag, "cache-control": "no-cache" };
  if (matchesTag(request.headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers });
  return Response.json(answer, { headers });
}

/** If-None-Match by weak comparison (RFC 9110, 13.1.2). */
export function matchesTag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  return header.split(",").some((candidate) => {
    const tag = candidate.trim().replace(/^W\//, "");
    return tag === "*" || tag === etag;
  });
}
