import { type Axis, axisTitle, type Chart, type HistogramChart, type Series, type XyChart } from "./chart";

export type TableCell = string | number | null;

/** The figures of a chart. A column with an axis is written as that axis writes its figures. */
export interface ChartTable {
  columns: readonly { head: string; axis?: Axis }[];
  rows: readonly (readonly TableCell[])[];
}

/** The words of the table that are not in the chart. */
export interface TableWords {
  name: string;
  series: string;
  low: string;
  high: string;
  from: string;
  to: string;
}

/** Every figure that the chart shows, as rows: what "show as table", the CSV file and the keyboard go through. */
export function chartTable(chart: Chart, words: TableWords): ChartTable {
  switch (chart.kind) {
    case "xy":
      return sharesItsX(chart) ? wideTable(chart) : longTable(chart, words);
    case "histogram":
      return histogramTable(chart, words);
    case "intervals": {
      const axis = chart.x;
      return {
        columns: [
          { head: words.name },
          { head: axisTitle(axis), axis },
          { head: words.low, axis },
          { head: words.high, axis },
        ],
        rows: chart.rows.map(({ name, value, low, high }) => [name, value, low, high]),
      };
    }
    case "parallel":
      return {
        columns: [{ head: words.name }, ...chart.axes.map((axis) => ({ head: axisTitle(axis), axis }))],
        rows: chart.lines.map(({ name, values }) => [name, ...values]),
      };
  }
}

/** Whether one row can hold what all series say at one x. */
function sharesItsX({ series }: XyChart): boolean {
  const [first] = series;
  if (!first || series.some(({ look, points }) => look === "points" || points.some(hasMore))) return false;
  const places = series.map(({ points }) => new Set(points.map(({ x }) => x)));
  const most = places.reduce((a, b) => (b.size > a.size ? b : a));
  return series.every(({ points }, at) => {
    const own = places[at];
    return own?.size === points.length && points.every(({ x }) => most.has(x));
  });
}

function hasMore({ low, high, name }: Series["points"][number]): boolean {
  return name !== undefined || (low ?? null) !== null || (high ?? null) !== null;
}

function wideTable({ x, y, series }: XyChart): ChartTable {
  const places = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  const values = series.map(({ points }) => new Map(points.map((point) => [point.x, point.y])));
  const head = (name: string) =>
    series.length === 1 ? axisTitle(y) : `${name}${y.unit ? ` (${y.unit})` : ""}`;
  return {
    columns: [{ head: axisTitle(x), axis: x }, ...series.map(({ name }) => ({ head: head(name), axis: y }))],
    rows: places.map((place) => [place, ...values.map((value) => value.get(place) ?? null)]),
  };
}

function longTable({ x, y, series }: XyChart, words: TableWords): ChartTable {
  const points = series.flatMap(({ name, points: of }) => of.map((point) => ({ ...point, series: name })));
  const several = series.length > 1;
  const named = points.some(({ name }) => name !== undefined);
  const bounded = points.some(({ low, high }) => (low ?? null) !== null || (high ?? null) !== null);
  return {
    columns: [
      ...(several ? [{ head: words.series }] : []),
      ...(named ? [{ head: words.name }] : []),
      { head: axisTitle(x), axis: x },
      { head: axisTitle(y), axis: y },
      ...(bounded
        ? [
            { head: words.low, axis: y },
            { head: words.high, axis: y },
          ]
        : []),
    ],
    rows: points.map((point) => [
      ...(several ? [point.series] : []),
      ...(named ? [point.name ?? ""] : []),
      point.x,
      point.y,
      ...(bounded ? [point.low ?? null, point.high ?? null] : []),
    ]),
  };
}

function histogramTable({ x, y, bins, series }: HistogramChart, words: TableWords): ChartTable {
  const places = Math.max(0, ...series.map(({ counts }) => counts.length));
  const edge = (at: number) => Number((bins.low + at * bins.width).toPrecision(12));
  return {
    columns: [
      { head: `${axisTitle(x)}, ${words.from}`, axis: x },
      { head: words.to, axis: x },
      ...series.map(({ name }) => ({ head: name, axis: { ...y, digits: 0 } })),
    ],
    rows: Array.from({ length: places }, (_, at) => [
      edge(at),
      edge(at + 1),
      ...series.map(({ counts }) => counts[at] ?? null),
    ]),
  };
}
