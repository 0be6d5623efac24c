import type { EChartsOption, LineSeriesOption, ScatterSeriesOption } from "echarts";
import { axisTitle, type Point, type Reference, type Series, type XyChart } from "../chart";
import { figure } from "../figures";
import { seriesLook } from "../theme";
import { type Drawing, frame, grid, legend, markLines, valueAxis } from "./frame";
import { whiskers } from "./whiskers";

/** Below so many points each has its symbol. */
const symbolsUpTo = 40;
/** Names beside the ends of lines need room, and ends that lie apart. */
const directNamesUpTo = 4;
const widthForDirectNames = 420;

/** Lines or points over two axes. */
export function xyOption(chart: XyChart, drawing: Drawing): EChartsOption {
  const { x, y, series, references = [], marks = [] } = chart;
  const direct = namesAtTheirEnds(chart, drawing);
  const names = [...series.map(({ name }) => name), ...references.map(({ name }) => name)];
  const below = direct
    ? { option: {}, height: 0 }
    : legend(names, drawing, {
        bare: references.map(({ name }) => name),
        ...(series.every(({ look }) => look === "points") && references.length === 0 && { itemWidth: 12 }),
      });
  const xs = series.flatMap(({ points }) => points.map((point) => point.x));
  const longest = Math.max(...names.map((name) => name.length), 0);
  return {
    ...frame(drawing),
    ...below.option,
    grid: grid(below.height, { right: direct ? 24 + longest * 6.4 : 16, marked: marks.length > 0 }),
    tooltip: tooltip(chart, drawing),
    xAxis: valueAxis(x, drawing, false),
    yAxis: valueAxis(y, drawing, true),
    series: [
      ...series.map((one, at) => ({
        ...dataSeries(one, at, { direct, drawing }),
        ...(at === 0 && markLines(marks, drawing, { xs })),
      })),
      ...references.map((reference, at) => referenceSeries(reference, at, drawing)),
      ...series.flatMap((one, at) => intervalsOf(one, at, drawing)),
    ],
  };
}

function namesAtTheirEnds({ series, references = [] }: XyChart, { width }: Drawing): boolean {
  const lines = series.every(({ look = "line" }) => look === "line");
  const short = series.every(({ name }) => name.length <= 16);
  return (
    lines &&
    short &&
    references.length === 0 &&
    series.length > 1 &&
    series.length <= directNamesUpTo &&
    width >= widthForDirectNames
  );
}

function dataSeries(
  { name, points, look = "line", hue }: Series,
  at: number,
  { direct, drawing }: { direct: boolean; drawing: Drawing },
): LineSeriesOption | ScatterSeriesOption {
  const { colour, dash, symbol } = seriesLook(hue ?? at, drawing.theme);
  const shared = {
    id: `series${at}`,
    name,
    data: points.map(datum),
    symbol,
    itemStyle: { color: colour },
  };
  if (look === "points") return { ...shared, type: "scatter", symbolSize: 10 };
  return {
    ...shared,
    type: "line",
    showSymbol: points.length <= symbolsUpTo,
    symbolSize: 6,
    lineStyle: { color: colour, width: 2, type: dash.length > 0 ? [...dash] : "solid" },
    emphasis: { disabled: true },
    ...(direct && {
      endLabel: { show: true, formatter: "{a}", color: colour, distance: 6 },
      labelLayout: { moveOverlap: "shiftY" as const },
    }),
  };
}

function datum({ x, y, name, low, high }: Point) {
  return { value: [x, y ?? Number.NaN, low ?? Number.NaN, high ?? Number.NaN], ...(name && { name }) };
}

function referenceSeries({ name, from, to }: Reference, at: number, { theme }: Drawing): LineSeriesOption {
  return {
    type: "line",
    id: `reference${at}`,
    name,
    silent: true,
    tooltip: { show: false },
    data: [[...from], [...to]],
    symbol: "none",
    lineStyle: { color: theme.strongLine, width: 1, type: [3, 3] },
    itemStyle: { color: theme.strongLine },
    emphasis: { disabled: true },
    z: 1,
  };
}

function intervalsOf({ points, hue, name }: Series, at: number, { theme }: Drawing) {
  const data = points.flatMap(({ x, low, high }) =>
    (low ?? null) === null || (high ?? null) === null ? [] : [[x, low as number, high as number] as const],
  );
  if (data.length === 0) return [];
  const { colour } = seriesLook(hue ?? at, theme);
  return [whiskers(data, { colour, upright: true, id: `intervals${at}`, name })];
}

interface Hovered {
  seriesId?: string;
  seriesName?: string;
  name: string;
  value: unknown;
}

/** Lines answer with what all of them say at one x; points with themselves. */
function tooltip({ x, y, series }: XyChart, drawing: Drawing): EChartsOption["tooltip"] {
  const { format, theme } = drawing;
  const lines = series.some(({ look = "line" }) => look === "line");
  const line = ({ seriesName, name, value }: Hovered, withX: boolean) => {
    const [at, of, low, high] = Array.isArray(value) ? (value as number[]) : [];
    const bounds = Number.isFinite(low) ? ` [${figure(y, low, format)} – ${figure(y, high, format)}]` : "";
    const what = `${figure(y, of, format)}${bounds}`;
    const who = name || (series.length > 1 ? seriesName : axisTitle(y));
    return withX
      ? `${who}\n${axisTitle(x)}: ${figure(x, at, format)}\n${axisTitle(y)}: ${what}`
      : `${who}: ${what}`;
  };
  return {
    ...frame(drawing).tooltip,
    trigger: lines ? "axis" : "item",
    axisPointer: { type: "line", snap: true, lineStyle: { color: theme.strongLine } },
    formatter: (hovered) => {
      const list = (Array.isArray(hovered) ? hovered : [hovered]) as unknown as Hovered[];
      const data = list.filter(({ seriesId }) => seriesId?.startsWith("series"));
      const [first] = data;
      if (!first) return "";
      if (!lines) return line(first, true);
      const at = Array.isArray(first.value) ? (first.value[0] as number) : null;
      return [`${axisTitle(x)}: ${figure(x, at, format)}`, ...data.map((one) => line(one, false))].join("\n");
    },
  };
}
