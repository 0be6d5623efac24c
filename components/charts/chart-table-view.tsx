import { useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { ChartTable } from "./chart-table";
import { figure } from "./figures";

/** The figures of a chart, made when they are asked for. */
export function ChartTableView({ title, table }: { title: string; table: ChartTable }) {
  const t = useTranslations("charts");
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="inline-flex items-center text-small text-ink-2 underline-offset-4 hover:text-ink hover:underline pointer-coarse:min-h-11">
        {t("showTable")}
      </summary>
      {open && <Rows title={title} table={table} />}
    </details>
  );
}

function Rows({ title, table: { columns, rows } }: { title: string; table: ChartTable }) {
  const format = useFormat();
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
      tabIndex={0}
      aria-label={title}
      className="mt-2 max-h-72 overflow-auto rounded-control border border-line"
    >
      <table className="w-full border-collapse text-left text-small tabular-nums">
        <caption className="sr-only">{title}</caption>
        <thead className="sticky top-0 bg-float">
          <tr>
            {columns.map(({ head }) => (
              <th key={head} scope="col" className="px-3 py-1.5 font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and none of them keeps state.
            <tr key={at} className="border-t border-line">
              {columns.map(({ head, axis }, column) => {
                const cell = row[column];
                return (
                  <td key={head} className="px-3 py-1">
                    {axis && typeof cell !== "string" ? figure(axis, cell, format) : (cell ?? "–")}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
