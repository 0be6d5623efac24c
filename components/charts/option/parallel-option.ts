import type { EChartsOption, LineSeriesOption, ParallelSeriesOption } from "echarts";
import { axisTitle, type ParallelChart } from "../chart";
import { figure, tick } from "../figures";
import { type ChartTheme, seriesLook } from "../theme";
import { type Drawing, frame, legend } from "./frame";

/** Below so many pixels an axis the axes lie under each other instead of beside each other. */
const pixelsAnAxis = 92;

/** One line a thing across upright axes; on a narrow screen the axes lie flat, one below the other. */
export function parallelOption(chart: ParallelChart, drawing: Drawing): EChartsOption {
  const { axes, lines } = chart;
  const { theme, format, width } = drawing;
  const below = legend(
    lines.map(({ name }) => name),
    drawing,
    { bare: lines.map(({ name }) => name) },
  );
  const flat = liesFlat(chart, width);
  return {
    ...frame(drawing),
    ...below.option,
    tooltip: {
      ...frame(drawing).tooltip,
      trigger: "item",
      formatter: (hovered) => {
        const id = Array.isArray(hovered) ? undefined : hovered.seriesId;
        const line = lines.find((_, at) => id === `series${at}`);
        if (!line) return "";
        const values = axes.map(
          (axis, at) => `${axisTitle(axis)}: ${valueText(axis, line.values[at], drawing)}`,
        );
        return [line.name, ...values].join("\n");
      },
    },
    parallel: {
      layout: flat ? "vertical" : "horizontal",
      left: flat ? 16 : 64,
      right: flat ? 24 : 84,
      top: flat ? 28 : 40,
      bottom: below.height + 24,
      parallelAxisDefault: {
        nameLocation: "start",
        nameGap: flat ? 0 : 12,
        nameTextStyle: {
          color: theme.ink,
          fontSize: 12,
          ...(flat
            ? { align: "left" as const, verticalAlign: "bottom" as const, padding: [0, 0, 8, 0] }
            : {
                width: Math.max(60, (width - 100) / Math.max(1, axes.length - 1) - 8),
                overflow: "break" as const,
              }),
        },
        axisLine: { lineStyle: { color: theme.strongLine } },
        axisTick: { show: false },
        axisLabel: { color: theme.faintInk, fontSize: 12 },
      },
    },
    parallelAxis: axes.map((axis, dim) => ({
      dim,
      name: axisTitle(axis),
      // Larger is up, and to the right where the axes lie flat.
      ...(flat ? {} : { nameLocation: "end" as const }),
      ...(axis.choices
        ? { type: "category" as const, data: [...axis.choices] }
        : {
            type: axis.logarithmic ? ("log" as const) : ("value" as const),
            scale: true,
            ...(axis.min !== undefined && { min: axis.min }),
            ...(axis.max !== undefined && { max: axis.max }),
            axisLabel: { color: theme.faintInk, formatter: (value: number) => tick(axis, value, format) },
          }),
    })),
    grid: { show: false, top: 0, height: 0 },
    xAxis: { show: false, type: "value" },
    yAxis: { show: false, type: "value" },
    series: [...legendLines(lines, theme), ...parallelLines(lines, theme)],
  };
}

/** Lines without figures: the legend of a parallel series has no dashes, theirs has. */
function legendLines(lines: ParallelChart["lines"], theme: ChartTheme): LineSeriesOption[] {
  return lines.map(({ name, hue }, at) => {
    const { colour, dash } = seriesLook(hue ?? at, theme);
    return {
      type: "line",
      id: `legend${at}`,
      name,
      data: [],
      silent: true,
      symbol: "none",
      lineStyle: { color: colour, width: 2, type: dash.length > 0 ? [...dash] : "solid" },
      itemStyle: { color: colour },
    };
  });
}

function parallelLines(lines: ParallelChart["lines"], theme: ChartTheme): ParallelSeriesOption[] {
  return lines.map(({ name, values, hue }, at) => {
    const { colour, dash } = seriesLook(hue ?? at, theme);
    return {
      type: "parallel" as const,
      id: `series${at}`,
      name,
      data: [values.map((value) => value ?? Number.NaN)],
      lineStyle: {
        color: colour,
        width: 2,
        opacity: 1,
        type: dash.length > 0 ? [...dash] : ("solid" as const),
      },
      itemStyle: { color: colour },
      emphasis: { lineStyle: { width: 4 } },
    };
  });
}

export function liesFlat({ axes }: ParallelChart, width: number): boolean {
  return width / Math.max(1, axes.length) < pixelsAnAxis;
}

function valueText(
  axis: ParallelChart["axes"][number],
  value: number | string | null | undefined,
  { format }: Drawing,
): string {
  return typeof value === "string" ? value : figure(axis, value, format);
}
