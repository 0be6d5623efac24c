import type { CustomSeriesOption, EChartsOption } from "echarts";
import { axisTitle, type IntervalChart } from "../chart";
import { figure } from "../figures";
import { seriesLook } from "../theme";
import { type Drawing, frame, grid, markLines, valueAxis } from "./frame";
import { whiskers } from "./whiskers";

const longestName = 150;

/** One row a thing, the first at the top: a mark for the value, a line for its interval, a box for its quartiles. */
export function intervalOption(chart: IntervalChart, drawing: Drawing): EChartsOption {
  const { x, rows, marks = [] } = chart;
  const { theme, format, width } = drawing;
  const xs = rows.flatMap(({ low, high }) => [low, high]).filter((value) => value !== null);
  const nameWidth = Math.min(longestName, width * 0.35);
  return {
    ...frame(drawing),
    grid: grid(0, { marked: marks.length > 0 }),
    tooltip: {
      ...frame(drawing).tooltip,
      trigger: "item",
      formatter: (hovered) => {
        const index = Array.isArray(hovered) ? undefined : hovered.dataIndex;
        const row = index === undefined ? undefined : rows[index];
        if (!row) return "";
        const bounds =
          row.low === null ? "" : ` [${figure(x, row.low, format)} – ${figure(x, row.high, format)}]`;
        return `${row.name}\n${axisTitle(x)}: ${figure(x, row.value, format)}${bounds}`;
      },
    },
    xAxis: { ...valueAxis(x, drawing, true), boundaryGap: ["4%", "4%"] },
    yAxis: {
      type: "category",
      inverse: true,
      data: rows.map(({ name }) => name),
      axisLine: { lineStyle: { color: theme.strongLine } },
      axisTick: { show: false },
      axisLabel: { color: theme.ink, fontSize: 12, width: nameWidth, overflow: "truncate", interval: 0 },
    },
    series: [
      {
        type: "scatter",
        id: "series0",
        data: rows.map(({ value, hue }, at) => {
          const { colour, symbol } = seriesLook(hue ?? 0, theme);
          return { value: [value ?? Number.NaN, at], symbol, itemStyle: { color: colour } };
        }),
        symbolSize: 10,
        z: 4,
        ...markLines(marks, drawing, { named: "start", xs }),
      },
      boxes(rows, drawing),
      ...rows.flatMap(({ low, high, hue, name }, at) =>
        low === null || high === null
          ? []
          : [
              whiskers([[at, low, high]], {
                colour: seriesLook(hue ?? 0, theme).colour,
                upright: false,
                id: `interval${at}`,
                name,
              }),
            ],
      ),
    ],
  };
}

/** From the lower to the upper quartile. */
function boxes(rows: IntervalChart["rows"], { theme }: Drawing): CustomSeriesOption {
  return {
    type: "custom",
    id: "boxes",
    silent: true,
    tooltip: { show: false },
    data: rows.flatMap(({ quartiles }, at) => (quartiles ? [[at, ...quartiles]] : [])),
    encode: { y: 0, x: [1, 2] },
    z: 2,
    renderItem: (_, api) => {
      const place = api.value(0);
      const [left = 0, middle = 0] = api.coord([api.value(1), place]);
      const [right = 0] = api.coord([api.value(2), place]);
      const height = 14;
      return {
        type: "rect",
        shape: { x: left, y: middle - height / 2, width: right - left, height },
        style: { fill: theme.line, stroke: theme.strongLine },
      };
    },
  };
}
