import {
  type ColumnDef,
  type ColumnVisibilityState,
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/react-table";
import type { Reading } from "@/lib/browser/predict/reading";
import { suspicionRank } from "./suspicion";

export const features = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
});

/** In the order they stand in; "verdict" sorts by suspicion. */
export const columnIds = [
  "name",
  "verdict",
  "probability",
  "cautions",
  "folder",
  "size",
  "duration",
  "version",
] as const;
export type ColumnId = (typeof columnIds)[number];

export const initialVisibility: ColumnVisibilityState = {
  cautions: false,
  folder: false,
  size: false,
  duration: false,
  version: false,
};

/** CSS widths of a row's grid. */
export const columnWidths: Record<ColumnId, string> = {
  name: "minmax(6.5rem, 1fr)",
  verdict: "7.25rem",
  probability: "4.75rem",
  cautions: "5rem",
  folder: "9rem",
  size: "5.5rem",
  duration: "5rem",
  version: "9rem",
};

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function compare(a: string | number, b: string | number): number {
  return typeof a === "string" || typeof b === "string" ? collator.compare(String(a), String(b)) : a - b;
}

type Value = string | number | undefined;

/** What a column sorts by; undefined comes last in either direction. */
const sortValues: Record<ColumnId, (reading: Reading) => Value> = {
  name: ({ name }) => name,
  verdict: suspicionRank,
  probability: ({ step, prediction }) => (step === "done" ? prediction?.probability : undefined),
  cautions: ({ cautions }) => cautions.length,
  folder: ({ folder }) => folder,
  size: ({ sizeBytes }) => sizeBytes ?? undefined,
  duration: ({ step, prediction }) => (step === "done" ? prediction?.durationMs : undefined),
  version: ({ readBy }) => readBy?.modelVersion,
};

const largestFirst = new Set<ColumnId>(["probability", "cautions", "size", "duration"]);

export const columns: ColumnDef<typeof features, Reading>[] = columnIds.map((id) => ({
  id,
  accessorFn: sortValues[id],
  sortFn: (a, b, columnId) => compare(a.getValue<Value>(columnId) ?? 0, b.getValue<Value>(columnId) ?? 0),
  sortUndefined: "last",
  sortDescFirst: largestFirst.has(id),
  enableHiding: id !== "name" && id !== "verdict",
}));
