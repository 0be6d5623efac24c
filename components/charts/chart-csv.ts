import Papa from "papaparse";
import { formulaCell } from "@/lib/formula-cell";
import type { ChartTable } from "./chart-table";

/**
 * A table as RFC 4180 CSV: comma, CRLF, dot as decimal sign in every language, empty where there is no figure. Texts
 * that a spreadsheet would run as a formula get an apostrophe in front. A byte order mark tells Excel that it is UTF-8.
 */
export function chartCsv({ columns, rows }: ChartTable): string {
  const text = Papa.unparse(
    { fields: columns.map(({ head }) => head), data: rows.map((row) => row.map(oneLine)) },
    { newline: "\r\n", escapeFormulae: formulaCell },
  );
  return `\ufeff${text}\r\n`;
}

function oneLine(cell: string | number | null): string | number | null {
  return typeof cell === "string" ? cell.replace(/[\r\n\t\0]+/g, " ") : cell;
}
