import { type RowSelectionState, useTable } from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useRouter } from "next/navigation";
import type { KeyboardEvent } from "react";
import { useTranslations } from "use-intl";
import type { RunRow } from "@/lib/browser/trpc";
import type { RunSearch } from "@/lib/run-search/run-search";
import { RunCell } from "./run-cell";
import { type ColumnId, columnIds, columns, features, isSortable } from "./run-columns";

interface RunsTableProps {
  rows: RunRow[];
  total: number;
  shown: readonly ColumnId[];
  sort: RunSearch["sort"];
  onSort(sort: RunSearch["sort"]): void;
  selected: RowSelectionState;
  onSelect(selected: RowSelectionState): void;
}

const numbers = new Set<ColumnId>(["auc", "duration"]);

/** The list on a wide screen. Arrows go from row to row, Space chooses, Enter opens. */
export function RunsTable({ rows, total, shown, sort, onSort, selected, onSelect }: RunsTableProps) {
  const t = useTranslations("runs");
  const router = useRouter();
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: (run) => run.id,
    manualSorting: true,
    maxMultiSortColCount: 3,
    enableSortingRemoval: false,
    state: {
      sorting: sort.map(({ column, descending }) => ({ id: column, desc: descending })),
      columnVisibility: Object.fromEntries(columnIds.map((id) => [id, shown.includes(id)])),
      rowSelection: selected,
    },
    onSortingChange: (next) => {
      const before = sort.map(({ column, descending }) => ({ id: column as string, desc: descending }));
      const wanted = typeof next === "function" ? next(before) : next;
      onSort(wanted.flatMap(({ id, desc }) => (isSortable(id) ? { column: id, descending: desc } : [])));
    },
    onRowSelectionChange: (next) => onSelect(typeof next === "function" ? next(selected) : next),
  });

  function onKeyDown(event: KeyboardEvent<HTMLTableRowElement>, id: string) {
    const row = event.currentTarget;
    const target = keyTargets[event.key]?.(row);
    if (target instanceof HTMLElement) target.focus();
    else if (event.key === "Enter" && event.target === row) router.push(`/runs/${encodeURIComponent(id)}`);
    else if (event.key === " " && event.target === row) table.getRow(id).toggleSelected();
    else return;
    event.preventDefault();
  }

  return (
    <section
      aria-label={t("caption", { total: String(total) })}
      className="isolate max-h-[70dvh] overflow-auto rounded-panel border border-line bg-raised"
    >
      <table className="w-full border-separate border-spacing-0 text-left" aria-describedby="runs-keys">
        <caption className="sr-only">{t("caption", { total: String(total) })}</caption>
        <thead className="sticky top-0 z-[1] bg-raised text-small text-ink-2">
          <tr>
            <th scope="col" className="w-10 border-b border-line py-1 pl-3">
              <input
                type="checkbox"
                className="size-4 accent-(--accent)"
                aria-label={t("list.selectPage")}
                checked={table.getIsAllRowsSelected()}
                onChange={table.getToggleAllRowsSelectedHandler()}
              />
            </th>
            {table.getVisibleLeafColumns().map((column) => (
              <Head key={column.id} id={column.id as ColumnId} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr
              key={row.id}
              data-run={row.id}
              tabIndex={0}
              onKeyDown={(event) => onKeyDown(event, row.id)}
              className={`-outline-offset-2 last:*:border-b-0 hover:bg-float ${row.getIsSelected() ? "bg-float" : ""}`}
            >
              <td className="border-b border-line py-1.5 pl-3 align-top">
                <input
                  type="checkbox"
                  tabIndex={-1}
                  className="size-4 accent-(--accent)"
                  aria-label={t("list.select", { id: row.id })}
                  checked={row.getIsSelected()}
                  onChange={row.getToggleSelectedHandler()}
                />
              </td>
              {shown.map((id) => (
                <td
                  key={id}
                  className={`border-b border-line px-3 py-1.5 align-top tabular-nums ${id === "tags" || id === "reason" ? "min-w-24" : "whitespace-nowrap"} ${numbers.has(id) ? "text-right" : ""}`}
                >
                  <RunCell id={id} run={row.original} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const keyTargets: Record<string, (row: HTMLTableRowElement) => Element | null | undefined> = {
  ArrowDown: (row) => row.nextElementSibling,
  ArrowUp: (row) => row.previousElementSibling,
  Home: (row) => row.parentElement?.firstElementChild,
  End: (row) => row.parentElement?.lastElementChild,
};

interface SortedColumn {
  getCanSort(): boolean;
  getIsSorted(): false | "asc" | "desc";
  getSortIndex(): number;
  getToggleSortingHandler(): undefined | ((event: unknown) => void);
}

function Head({ id, column }: { id: ColumnId; column: SortedColumn }) {
  const t = useTranslations("runs");
  const sorted = column.getIsSorted();
  const Arrow = sorted === "desc" ? ArrowDown : ArrowUp;
  const look = `border-b border-line px-3 font-medium whitespace-nowrap ${numbers.has(id) ? "text-right" : ""}`;
  if (!column.getCanSort())
    return (
      <th scope="col" className={look}>
        {t(`columns.${id}`)}
      </th>
    );
  return (
    <th
      scope="col"
      aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : "none"}
      className={look}
    >
      <button
        type="button"
        title={t("list.sorted")}
        onClick={column.getToggleSortingHandler()}
        className="inline-flex h-8 items-center gap-1 hover:text-ink"
      >
        {t(`columns.${id}`)}
        {sorted && <Arrow size={12} aria-hidden="true" />}
        {sorted && column.getSortIndex() > 0 && <span aria-hidden="true">{column.getSortIndex() + 1}</span>}
      </button>
    </th>
  );
}
