import { assignSplit } from "@/lib/dataset/assign-split";
import { labelOfPath } from "@/lib/dataset/build-listing";
import { labelTableName, writeLabelTable } from "@/lib/dataset/label-table";
import type { DatasetListing } from "@/lib/dataset/listing";
import { patientKey } from "@/lib/dataset/patient-key";
import { PneumoscopeError } from "@/lib/errors";
import { type DvcFile, writeDirListing } from "./dir-listing";
import { type Md5, md5OfText } from "./md5";

/** A dataset version as DVC tracks it. */
export interface DvcForm {
  files: DvcFile[];
  /** The `.dir` object. */
  dirListing: string;
  md5: Md5;
  /** Of all files together. */
  sizeBytes: number;
  /** The content of labels.csv, one of the files; null where the paths say all of it. */
  labelTable: string | null;
}

/**
 * The folder of a version's images, with a table of labels where folder and file names do not tell label, patient and
 * side of every case.
 * @throws DATASET_INVALID for a listing made before versions had MD5s
 */
export function dvcFormOf(listing: DatasetListing): DvcForm {
  const files = listing.cases.map(({ path, md5 }): DvcFile => {
    if (md5) return { path, md5 };
    throw new PneumoscopeError(
      "DATASET_INVALID",
      `This dataset version has no MD5 for ${path}: it was made by an older release. Add or import its images again.`,
    );
  });
  const table = isToldByPaths(listing) ? null : writeLabelTable(listing.cases);
  if (table !== null) files.push({ path: labelTableName, md5: md5OfText(table) });
  const dirListing = writeDirListing(files);
  const imageBytes = listing.cases.reduce((sum, item) => sum + item.sizeBytes, 0);
  return {
    files,
    dirListing,
    md5: md5OfText(dirListing),
    sizeBytes: imageBytes + (table === null ? 0 : new TextEncoder().encode(table).length),
    labelTable: table,
  };
}

function isToldByPaths({ cases, salt, shares }: DatasetListing): boolean {
  return cases.every(
    (item) =>
      item.label === labelOfPath(item.path) &&
      item.patientId === patientKey(item.path) &&
      item.split === assignSplit(item.patientId, salt, shares),
  );
}
