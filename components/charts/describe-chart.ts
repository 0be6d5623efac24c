import type { useTranslations } from "use-intl";
import type { Format } from "@/components/ui/format";
import { axisTitle, type Chart, type HistogramChart, type IntervalChart, type XyChart } from "./chart";
import { figure } from "./figures";

export type ChartWords = ReturnType<typeof useTranslations<"charts">>;

/** So many things are spoken of one by one. */
const told = 3;

/** What a reader who cannot see the chart is told, from its own figures. The chart's summary goes before it. */
export function describeChart(chart: Chart, t: ChartWords, format: Format): string {
  if (chart.summary) return chart.summary;
  switch (chart.kind) {
    case "xy":
      return chart.series.some(({ look }) => look === "points")
        ? describePoints(chart, t, format)
        : describeLines(chart, t, format);
    case "histogram":
      return sentences(
        chart.series.map((series) => describeCounts(series, chart, t, format)),
        t,
      );
    case "intervals":
      return sentences(
        chart.rows.map((row) =>
          t("summary.interval", { name: row.name, value: interval(row, chart, format) }),
        ),
        t,
      );
    case "parallel":
      return t("summary.parallel", { lines: chart.lines.length, axes: chart.axes.map(axisTitle).join(", ") });
  }
}

function sentences(all: readonly string[], t: ChartWords): string {
  const rest = all.length - told;
  return [...all.slice(0, told), ...(rest > 0 ? [t("summary.more", { count: rest })] : [])].join(" ");
}

function describeLines({ x, y, series }: XyChart, t: ChartWords, format: Format): string {
  const all = series.flatMap(({ name, points }) => {
    const known = points.flatMap((point) => (point.y === null ? [] : [{ x: point.x, y: point.y }]));
    const [first, last] = [known[0], known.at(-1)];
    if (!first || !last) return [];
    if (known.length === 1)
      return [
        t("summary.one", {
          name,
          value: figure(y, first.y, format),
          x: x.name,
          place: figure(x, first.x, format),
        }),
      ];
    const values = known.map((point) => point.y);
    return [
      t("summary.line", {
        name,
        first: figure(y, first.y, format),
        last: figure(y, last.y, format),
        low: figure(y, Math.min(...values), format),
        high: figure(y, Math.max(...values), format),
      }),
    ];
  });
  return sentences(all, t);
}

function describePoints({ x, y, series }: XyChart, t: ChartWords, format: Format): string {
  const points = series.flatMap((one) => one.points).filter((point) => point.y !== null);
  if (points.length === 0) return t("none");
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y ?? 0);
  return t("summary.points", {
    count: points.length,
    x: axisTitle(x),
    y: axisTitle(y),
    xLow: figure(x, Math.min(...xs), format),
    xHigh: figure(x, Math.max(...xs), format),
    yLow: figure(y, Math.min(...ys), format),
    yHigh: figure(y, Math.max(...ys), format),
  });
}

function describeCounts(
  { name, counts }: HistogramChart["series"][number],
  { x, bins }: HistogramChart,
  t: ChartWords,
  format: Format,
): string {
  const most = Math.max(0, ...counts);
  const low = bins.low + counts.indexOf(most) * bins.width;
  return t("summary.histogram", {
    name,
    total: format.number(counts.reduce((sum, count) => sum + count, 0)),
    most: format.number(most),
    low: figure(x, low, format),
    high: figure(x, low + bins.width, format),
  });
}

function interval(
  { value, low, high }: IntervalChart["rows"][number],
  { x }: IntervalChart,
  format: Format,
): string {
  const bounds =
    low === null || high === null ? "" : ` [${figure(x, low, format)} – ${figure(x, high, format)}]`;
  return `${figure(x, value, format)}${bounds}`;
}
