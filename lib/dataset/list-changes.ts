import type { ListingDiff } from "./diff-listings";
import type { DatasetCase } from "./listing";

export const changeKinds = [
  "added",
  "removed",
  "relabelled",
  "split",
  "patient",
  "replaced",
  "renamed",
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** One image that differs between two versions. */
export interface ListedChange {
  /** In the later version; of a removed one, in the earlier. */
  path: string;
  before: ChangedSide | null;
  after: ChangedSide | null;
}

export type ChangedSide = Pick<DatasetCase, "path" | "label" | "split" | "digest">;

/**
 * The changes by what a person asks first: the class, then the side of the split, then the patient, then another image
 * under the same path, then the path. Each case is in one list.
 */
export function listChanges(diff: ListingDiff): Record<ChangeKind, ListedChange[]> {
  const lists: Record<ChangeKind, ListedChange[]> = {
    added: diff.added.map((item) => ({ path: item.path, before: null, after: sideOf(item) })),
    removed: diff.removed.map((item) => ({ path: item.path, before: sideOf(item), after: null })),
    relabelled: [],
    split: [],
    patient: [],
    replaced: [],
    renamed: [],
  };
  for (const { before, after } of [...diff.relabelled, ...diff.moved, ...diff.reassigned, ...diff.replaced])
    lists[kindOf(before, after)].push({ path: after.path, before: sideOf(before), after: sideOf(after) });
  return lists;
}

function kindOf(before: DatasetCase, after: DatasetCase): ChangeKind {
  if (before.digest !== after.digest) return "replaced";
  if (before.label !== after.label) return "relabelled";
  if (before.split !== after.split) return "split";
  return before.patientId !== after.patientId ? "patient" : "renamed";
}

function sideOf({ path, label, split, digest }: DatasetCase): ChangedSide {
  return { path, label, split, digest };
}
