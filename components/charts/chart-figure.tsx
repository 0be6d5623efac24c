"use client";

import { useId, useMemo } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { Chart } from "./chart";
import { ChartCanvas } from "./chart-canvas";
import { ChartMenu } from "./chart-menu";
import { chartTable } from "./chart-table";
import { ChartTableView } from "./chart-table-view";
import { describeChart } from "./describe-chart";
import { stopsOf } from "./stops";

interface ChartFigureProps {
  chart: Chart;
  /** Instead of "No figures yet." */
  empty?: string;
}

/**
 * A chart with its title, what it says in a sentence, its figures as a table, and its files (SVG, PNG, CSV).
 * The drawing library loads when the first one comes on screen.
 */
export function ChartFigure({ chart, empty }: ChartFigureProps) {
  const t = useTranslations("charts");
  const format = useFormat();
  const id = useId();
  const table = useMemo(
    () =>
      chartTable(chart, {
        name: t("table.name"),
        series: t("table.series"),
        low: t("table.low"),
        high: t("table.high"),
        from: t("table.from"),
        to: t("table.to"),
      }),
    [chart, t],
  );
  const stops = useMemo(() => stopsOf(chart, table, format), [chart, table, format]);
  const summary = describeChart(chart, t, format);
  return (
    <figure
      aria-labelledby={`${id}title`}
      className="flex min-w-0 flex-col gap-2 rounded-panel border border-line bg-raised p-4"
    >
      <figcaption className="flex items-start gap-2">
        <h3 id={`${id}title`} className="min-w-0 flex-1 font-semibold">
          {chart.title}
        </h3>
        {stops.length > 0 && <ChartMenu chart={chart} table={table} summary={summary} />}
      </figcaption>
      {stops.length > 0 ? (
        <>
          <p id={`${id}summary`} className="text-small text-ink-2 tabular-nums">
            {summary}
          </p>
          <ChartCanvas chart={chart} stops={stops} describedBy={`${id}summary`} className={heightOf(chart)} />
          <ChartTableView title={chart.title} table={table} />
        </>
      ) : (
        <p className="py-6 text-ink-2">{empty ?? t("none")}</p>
      )}
    </figure>
  );
}

function heightOf(chart: Chart): string {
  if (chart.kind === "parallel") return "h-[30rem] sm:h-96";
  if (chart.kind !== "intervals") return "h-72";
  const rows = chart.rows.length;
  return rows <= 3 ? "h-40" : rows <= 8 ? "h-72" : rows <= 14 ? "h-96" : "h-[36rem]";
}
