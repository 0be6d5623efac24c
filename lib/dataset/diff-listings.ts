import { groupByDigest } from "./group-by-digest";
import type { DatasetCase, DatasetListing } from "./listing";

export interface CaseChange {
  before: DatasetCase;
  after: DatasetCase;
}

/** What distinguishes two versions. Every case of either is in at most one of the lists, or in none where it is the same. */
export interface ListingDiff {
  added: DatasetCase[];
  removed: DatasetCase[];
  /** The same image under the other label, wherever it lies. */
  relabelled: CaseChange[];
  /** The same image and label at another path. */
  moved: CaseChange[];
  /** Another image at the same path. */
  replaced: CaseChange[];
  /** The same image, label and path, with another patient or on another side. */
  reassigned: CaseChange[];
  unchanged: number;
}

/** Images are matched by digest, at the same path before any other; what is left is matched by path. */
export function diffListings(before: DatasetListing, after: DatasetListing): ListingDiff {
  const diff: ListingDiff = {
    added: [],
    removed: [],
    relabelled: [],
    moved: [],
    replaced: [],
    reassigned: [],
    unchanged: 0,
  };
  const left = new Map(before.cases.map((item) => [item.caseId, item]));
  const remaining = new Map(after.cases.map((item) => [item.caseId, item]));
  for (const item of after.cases) {
    const old = left.get(item.caseId);
    if (old?.digest === item.digest) pair(old, item);
  }
  const byDigest = groupByDigest(left.values());
  for (const item of [...remaining.values()]) {
    const old = byDigest.get(item.digest)?.shift();
    if (old) pair(old, item);
  }
  for (const item of [...remaining.values()]) {
    const old = left.get(item.caseId);
    if (old) pair(old, item);
  }
  diff.removed = [...left.values()];
  diff.added = [...remaining.values()];
  return diff;

  function pair(old: DatasetCase, item: DatasetCase): void {
    left.delete(old.caseId);
    remaining.delete(item.caseId);
    const change = { before: old, after: item };
    if (old.digest !== item.digest) diff.replaced.push(change);
    else if (old.label !== item.label) diff.relabelled.push(change);
    else if (old.caseId !== item.caseId) diff.moved.push(change);
    else if (old.patientId !== item.patientId || old.split !== item.split) diff.reassigned.push(change);
    else diff.unchanged++;
  }
}
