import { assignSplit } from "./assign-split";
import { type DatasetFile, normalisePath } from "./build-listing";
import { groupByDigest } from "./group-by-digest";
import type { DatasetListing } from "./listing";
import { patientKey } from "./patient-key";

export interface LeftOutCopy {
  path: string;
  /** Which case of the listing it is a copy of, and on which sides both are. */
  reason: string;
}

/**
 * The files that buildListing left out because the same bytes are on a more held-out side under another patient. A file
 * left out for any other reason is none of them.
 */
export function leftOutCopies(files: readonly DatasetFile[], listing: DatasetListing): LeftOutCopy[] {
  const listed = new Set(listing.cases.map((item) => item.caseId));
  const sides = new Map(listing.cases.map((item) => [item.patientId, item.split]));
  const byDigest = groupByDigest(listing.cases);
  return files.flatMap((file) => {
    const path = normalisePath(file.path);
    const [kept] = byDigest.get(file.digest) ?? [];
    if (listed.has(path) || !kept) return [];
    const patientId = file.patientId ?? patientKey(path);
    const split = sides.get(patientId) ?? file.split ?? assignSplit(patientId, listing.salt, listing.shares);
    if (split === kept.split) return [];
    return [
      {
        path,
        reason: `the same bytes as ${kept.caseId}, which is in ${kept.split}, where patient ${patientId} is in ${split}`,
      },
    ];
  });
}
