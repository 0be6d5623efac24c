import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import type { Reading } from "@/lib/browser/predict/reading";
import type { PredictSession } from "@/lib/browser/predict/session";
import { type ColumnId, columnIds, columnWidths } from "./columns";
import { Row } from "./row";
import type { WorklistTable } from "./use-worklist-table";

interface RowsProps {
  table: WorklistTable;
  /** Filtered and sorted. */
  rows: readonly Reading[];
  /** All, for the names of originals. */
  readings: readonly Reading[];
  currentId: number | null;
  session: PredictSession;
  onRemove(id: number): void;
  onShowAll(): void;
}

const rowHeightPx = 32;

/** The table itself. Only the rows in view exist in the page. */
export function Rows({ table, rows, readings, currentId, session, onRemove, onShowAll }: RowsProps) {
  const t = useTranslations("worklist");
  const scroller = useRef<HTMLDivElement>(null);
  const { columnVisibility } = table.state;
  const visible = useMemo(() => columnIds.filter((id) => columnVisibility[id] !== false), [columnVisibility]);
  const template = `${visible.map((id) => columnWidths[id]).join(" ")} 2rem`;
  const names = useMemo(() => new Map(readings.map(({ id, name }) => [id, name])), [readings]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    getItemKey: (index) => rows[index]?.id ?? index,
    scrollPaddingStart: rowHeightPx,
    overscan: 6,
  });
  const at = rows.findIndex(({ id }) => id === currentId);
  const latestAt = useRef(at);
  latestAt.current = at;

  // Only a step to another image moves the list; rows that change place do not.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the current image is what this waits for
  useEffect(() => {
    if (latestAt.current >= 0) virtualizer.scrollToIndex(latestAt.current, { align: "auto" });
  }, [currentId]);

  return (
    <div
      ref={scroller}
      className="relative isolate min-h-0 flex-1 overflow-auto border-t border-line max-lg:max-h-[70dvh]"
    >
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows are chosen is a grid
        role="grid"
        aria-label={t("table")}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={at >= 0 ? rowElementId(currentId) : undefined}
        tabIndex={0}
        className="block -outline-offset-2"
      >
        <thead className="sticky top-0 z-[1] block min-w-fit bg-raised">
          <tr
            aria-rowindex={1}
            className="grid h-8 items-center border-b border-line pl-3 text-small text-ink-2"
            style={{ gridTemplateColumns: template }}
          >
            {visible.map((id) => (
              <Header key={id} id={id} table={table} />
            ))}
          </tr>
        </thead>
        <tbody className="relative block min-w-fit" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, key, start }) => {
            const reading = rows[index];
            return (
              reading && (
                <Row
                  key={key}
                  reading={reading}
                  rowIndex={index + 2}
                  top={start}
                  columns={visible}
                  template={template}
                  current={reading.id === currentId}
                  originalName={
                    reading.duplicateOf === null ? null : (names.get(reading.duplicateOf) ?? null)
                  }
                  session={session}
                  onRemove={onRemove}
                />
              )
            );
          })}
        </tbody>
      </table>
      {rows.length === 0 && (
        <div className="flex flex-col items-center gap-2 p-6 text-small text-ink-2">
          <p>{t("nothingFits")}</p>
          <Button className="min-h-8 text-small" onClick={onShowAll}>
            {t("showAll")}
          </Button>
        </div>
      )}
    </div>
  );
}

export function rowElementId(id: number | null): string {
  return `worklist-row-${id}`;
}

function Header({ id, table }: { id: ColumnId; table: WorklistTable }) {
  const t = useTranslations("worklist");
  const column = table.getColumn(id);
  const sorted = column?.getIsSorted() ?? false;
  const Arrow = sorted === "desc" ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : "none"}
      className="min-w-0 font-normal"
    >
      <button
        type="button"
        title={t(`columnNames.${id}`)}
        onClick={() => column?.toggleSorting()}
        className="flex h-8 w-full items-center gap-1 truncate pr-2 hover:text-ink"
      >
        <span className="truncate">{t(`columns.${id}`)}</span>
        {sorted && <Arrow size={12} aria-hidden="true" className="shrink-0" />}
      </button>
    </th>
  );
}
