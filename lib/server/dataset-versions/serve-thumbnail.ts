import type { Database } from "@/drizzle/client";
import { type ArtifactStore, isDigest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { problem } from "@/lib/server/http-error";
import { findDatasetVersion } from "./record";
import { thumbnailOf, thumbnailSizes } from "./thumbnail";

/**
 * A patient's image: kept by the one browser that may ask for it, which asks each time whether it still may. `?size=large`
 * is for looking at one.
 * @throws ARTIFACT_NOT_FOUND
 */
export async function serveThumbnail(
  request: Request,
  named: { digest: string; image: string },
  { db, store }: { db: Database; store: ArtifactStore },
): Promise<Response> {
  const [version, image] = [named.digest, named.image].map((hex) => `sha256:${hex}`);
  if (!version || !image || !isDigest(version) || !isDigest(image)) throw noSuchImage();
  // The store keeps a deleted version for some days, and more than versions.
  if (!(await findDatasetVersion(db, version))) throw noSuchImage();
  const size = new URL(request.url).searchParams.get("size") === "large" ? "large" : "small";
  const etag = `"${named.image}-${thumbnailSizes[size]}"`;
  const headers = { "cache-control": "private, no-cache", etag, vary: "cookie" };
  const png = await thumbnailOf(store, { version, image, size }).catch((error: unknown) => {
    if (error instanceof PneumoscopeError && /^(IMAGE|DICOM)_/.test(error.code)) return null;
    throw error;
  });
  if (!png) return problem(422, "IMAGE_UNSUPPORTED", "The image does not decode.");
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
  return new Response(png as Uint8Array<ArrayBuffer>, {
    headers: { ...headers, "content-type": "image/png" },
  });
}

function noSuchImage(): PneumoscopeError {
  return new PneumoscopeError("ARTIFACT_NOT_FOUND", "There is no such image.");
}
