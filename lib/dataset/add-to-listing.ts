import { buildListing, type DatasetFile, labelOfPath, normalisePath } from "./build-listing";
import { groupByDigest } from "./group-by-digest";
import type { DatasetCase, DatasetListing } from "./listing";
import { patientKey } from "./patient-key";

/**
 * A version with further files. A file of the same path takes the place of the old one. An image that is in the version
 * already stays where it is, unless its label is another one now: then the new file takes its place. Patients of the
 * version keep their side.
 * @throws DATASET_INVALID as buildListing
 */
export function addToListing(base: DatasetListing, files: readonly DatasetFile[]): DatasetListing {
  const sides = new Map(base.cases.map((item) => [item.patientId, item.split]));
  const kept = new Map(base.cases.map((item) => [item.caseId, asFile(item)]));
  const known = groupByDigest(base.cases);
  const added = new Map<string, DatasetFile>();
  for (const file of files) {
    const path = normalisePath(file.path);
    const label = file.label ?? labelOfPath(path);
    if (label === null) continue;
    const same = known.get(file.digest) ?? [];
    if (same.some((item) => item.label === label && item.caseId !== path)) continue;
    for (const item of same) kept.delete(item.caseId);
    kept.delete(path);
    const patientId = file.patientId ?? patientKey(path);
    added.set(path, { ...file, path, label, patientId, split: sides.get(patientId) ?? file.split });
  }
  return buildListing([...kept.values(), ...added.values()], base.salt, base.shares);
}

function asFile({ caseId, ...item }: DatasetCase): DatasetFile {
  return { ...item, path: caseId };
}
