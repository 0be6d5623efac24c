import {
  type ColumnDef,
  columnVisibilityFeature,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/react-table";
import type { RunRow } from "@/lib/browser/trpc";
import { type SortColumn, sortColumns } from "@/lib/run-search/run-search";

/** The server sorts; the table only says how. */
export const features = tableFeatures({ rowSortingFeature, columnVisibilityFeature, rowSelectionFeature });

/** In the order they stand in. */
export const columnIds = [
  "run",
  "state",
  "stage",
  "preset",
  "engine",
  "trigger",
  "dataset",
  "tags",
  "outcome",
  "auc",
  "version",
  "created",
  "started",
  "duration",
  "reason",
] as const;
export type ColumnId = (typeof columnIds)[number];

export const defaultColumns: readonly ColumnId[] = [
  "run",
  "state",
  "stage",
  "preset",
  "tags",
  "outcome",
  "auc",
  "created",
  "duration",
];

/** What names a row always stands there. */
export const choosable = columnIds.filter((id) => id !== "run");

const sortable: readonly string[] = sortColumns;
export const isSortable = (id: string): id is SortColumn => sortable.includes(id);

export const columns: ColumnDef<typeof features, RunRow>[] = columnIds.map((id) => ({
  id,
  accessorFn: (run) => run.id,
  enableSorting: isSortable(id),
  sortDescFirst: id === "created" || id === "started" || id === "duration" || id === "auc",
}));

/** The columns of an address; what is not known is left out. */
export function columnsFrom(text: string | null): readonly ColumnId[] {
  if (text === null) return defaultColumns;
  const named = new Set(text.split(","));
  return columnIds.filter((id) => id === "run" || named.has(id));
}
