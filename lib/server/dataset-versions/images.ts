import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import type { DatasetCase } from "@/lib/dataset/listing";
import type { Split } from "@/lib/training/job";
import { readListing } from "./read-listing";

export interface ImageFilter {
  label?: DatasetCase["label"] | undefined;
  split?: Split | undefined;
}

export interface VersionImage {
  /** Its place in the listing. */
  index: number;
  digest: Digest;
  label: DatasetCase["label"];
  split: Split;
  sizeBytes: number;
}

/** A page of a version's images in the listing's order; without names, which may be those of patients. */
export async function listImages(
  store: ArtifactStore,
  version: Digest,
  { label, split }: ImageFilter,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ rows: VersionImage[]; total: number }> {
  const { cases } = await readListing(store, version);
  const matching = cases.flatMap(({ digest, sizeBytes, ...item }, index) =>
    (label === undefined || item.label === label) && (split === undefined || item.split === split)
      ? [{ index, digest, sizeBytes, label: item.label, split: item.split }]
      : [],
  );
  return { rows: matching.slice(offset, offset + limit), total: matching.length };
}
