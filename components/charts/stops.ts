import type { Format } from "@/components/ui/format";
import type { Chart } from "./chart";
import type { ChartTable } from "./chart-table";
import { figure } from "./figures";

/** Where the arrow keys stop: what is shown there, and what is read out. */
export interface Stop {
  text: string;
  seriesIndex: number;
  dataIndex: number;
}

/** One stop a row of the chart's table, in its order. */
export function stopsOf(chart: Chart, table: ChartTable, format: Format): Stop[] {
  const places = placesOf(chart, table.rows.length);
  return table.rows.flatMap((row, at) => {
    const place = places[at];
    const text = table.columns
      .map(({ head, axis }, column) => {
        const cell = row[column];
        return `${head}: ${axis && typeof cell !== "string" ? figure(axis, cell, format) : (cell ?? "–")}`;
      })
      .join(", ");
    return place ? [{ text, ...place }] : [];
  });
}

type Place = Omit<Stop, "text">;

function placesOf(chart: Chart, rows: number): Place[] {
  if (chart.kind === "parallel") return chart.lines.map((_, at) => ({ seriesIndex: at, dataIndex: 0 }));
  const every =
    chart.kind !== "xy"
      ? []
      : chart.series.flatMap(({ points }, seriesIndex) =>
          points.map((_, dataIndex) => ({ seriesIndex, dataIndex })),
        );
  if (chart.kind === "xy" && rows === every.length) return every;
  if (chart.kind !== "xy")
    return Array.from({ length: rows }, (_, dataIndex) => ({ seriesIndex: 0, dataIndex }));
  return placesByX(chart.series.map(({ points }) => points.map(({ x }) => x)));
}

/** For tables that have one row an x: the first series that has it. */
function placesByX(series: readonly (readonly number[])[]): Place[] {
  const found = new Map<number, Place>();
  series.forEach((xs, seriesIndex) => {
    xs.forEach((x, dataIndex) => {
      if (!found.has(x)) found.set(x, { seriesIndex, dataIndex });
    });
  });
  return [...found].sort(([a], [b]) => a - b).map(([, place]) => place);
}
