import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { type DatasetListing, parseListing } from "@/lib/dataset/listing";

/** Listings are some MB each, and pages ask for the same few again and again. */
const kept = 4;
const listings = new Map<Digest, Promise<DatasetListing>>();

/** A version's listing, parsed once while it is asked for. @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, DATASET_INVALID */
export async function readListing(store: ArtifactStore, digest: Digest): Promise<DatasetListing> {
  const known = listings.get(digest);
  const asked = known ?? store.get(digest).then(parseListing);
  // What was asked for last is dropped last.
  listings.delete(digest);
  listings.set(digest, asked);
  for (const oldest of listings.keys()) {
    if (listings.size <= kept) break;
    listings.delete(oldest);
  }
  try {
    return await asked;
  } catch (error) {
    listings.delete(digest);
    throw error;
  }
}
