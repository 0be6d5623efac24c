import { type ColumnVisibilityState, type SortingState, useTable } from "@tanstack/react-table";
import { useMemo, useState } from "react";
import type { Reading } from "@/lib/browser/predict/reading";
import { columns, features, initialVisibility } from "./columns";
import { filterReadings, type RowFilter } from "./suspicion";

/** How the list is sorted, filtered and cut into columns; kept while the tab is open. */
const kept: { sorting: SortingState; visibility: ColumnVisibilityState } = {
  sorting: [{ id: "verdict", desc: false }],
  visibility: initialVisibility,
};

export function useWorklistTable(readings: Reading[]) {
  const [sorting, setSorting] = useState(kept.sorting);
  const [visibility, setVisibility] = useState(kept.visibility);
  const [filter, setFilter] = useState<RowFilter>({ status: null, text: "" });
  kept.sorting = sorting;
  kept.visibility = visibility;
  const data = useMemo(() => filterReadings(readings, filter), [readings, filter]);
  const table = useTable({
    features,
    columns,
    data,
    getRowId: ({ id }) => String(id),
    enableSortingRemoval: false,
    enableMultiSort: false,
    state: { sorting, columnVisibility: visibility },
    onSortingChange: setSorting,
    onColumnVisibilityChange: setVisibility,
  });
  const sorted = table.getRowModel().rows;
  const rows = useMemo(() => sorted.map((row) => row.original), [sorted]);
  return { table, rows, filter, setFilter };
}

export type WorklistTable = ReturnType<typeof useWorklistTable>["table"];
