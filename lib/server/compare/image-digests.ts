import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";

const kept = new Map<Digest, Promise<ReadonlyMap<string, Digest>>>();
const keptListings = 4;

/** Which image each held-out case of a dataset version is; empty where the listing is not in the store. */
export function heldOutDigests(
  store: ArtifactStore,
  datasetDigest: Digest,
): Promise<ReadonlyMap<string, Digest>> {
  const known = kept.get(datasetDigest);
  if (known) return known;
  const read = readDigests(store, datasetDigest).catch(() => {
    kept.delete(datasetDigest);
    return new Map<string, Digest>();
  });
  kept.set(datasetDigest, read);
  for (const oldest of kept.keys()) {
    if (kept.size <= keptListings) break;
    kept.delete(oldest);
  }
  return read;
}

async function readDigests(store: ArtifactStore, datasetDigest: Digest): Promise<Map<string, Digest>> {
  const { cases } = parseListing(await store.get(datasetDigest));
  return new Map(cases.filter(({ split }) => split === "test").map(({ caseId, digest }) => [caseId, digest]));
}
