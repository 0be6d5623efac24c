import { expand } from "@/lib/archive";
import { toFailure } from "./failure";
import type { Failure, Listing } from "./messages";

/** An image that can be read when its turn comes, or why it cannot. */
export interface FoundImage {
  name: string;
  folder: string;
  sizeBytes: number | null;
  failure: Failure | null;
  read: (() => Promise<Uint8Array<ArrayBuffer>>) | null;
}

/** Every image in what the reader gave, in its order. */
export async function* listImages(listing: Listing, signal: AbortSignal): AsyncGenerator<FoundImage> {
  if (listing.kind === "sample") {
    const { name, seed } = listing;
    yield { name, folder: "", sizeBytes: null, failure: null, read: () => drawSample(seed) };
    return;
  }
  for await (const found of expand(listing.files, { signal })) {
    const { name, folder } = found;
    if (found.kind === "file")
      yield { name, folder, sizeBytes: found.sizeBytes, failure: null, read: () => found.read() };
    else yield { name, folder, sizeBytes: null, failure: toFailure(found.error), read: null };
  }
}

async function drawSample(seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const [{ drawSyntheticRadiograph }, { encodePng }] = await Promise.all([
    import("@/lib/testing/synthetic-radiograph"),
    import("@/lib/testing/encode-png"),
  ]);
  const image = drawSyntheticRadiograph({ width: 880, height: 800, seed, pneumonia: seed % 2 === 1 });
  return new Uint8Array(encodePng(image));
}
