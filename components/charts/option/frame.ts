import type { EChartsOption } from "echarts";
import type { Format } from "@/components/ui/format";
import { type Axis, axisTitle, type Mark } from "../chart";
import { tick } from "../figures";
import type { ChartTheme } from "../theme";

export interface Drawing {
  theme: ChartTheme;
  format: Format;
  /** Pixels. */
  width: number;
  height: number;
}

const fontSize = 12;
const rowHeight = 20;
const letterWidth = 6.6;

/** What every chart has: no motion, the page's type, tooltips drawn on the canvas (the page allows no inline styles). */
export function frame({ theme }: Drawing): EChartsOption {
  return {
    animation: false,
    color: [...theme.series],
    textStyle: { fontFamily: theme.font, fontSize, color: theme.ink },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: theme.ground,
      borderColor: theme.strongLine,
      borderWidth: 1,
      padding: [6, 8],
      textStyle: { color: theme.ink, fontSize, fontFamily: theme.font },
      transitionDuration: 0,
    },
  };
}

/**
 * Names below the drawing, and how many pixels they take: they wrap where the drawing is narrow.
 * @param bare names of lines without symbols
 */
export function legend(
  names: readonly string[],
  { theme, width }: Drawing,
  { bare = [], itemWidth = 26 }: { bare?: readonly string[]; itemWidth?: number } = {},
) {
  if (names.length < 2) return { option: {}, height: 0 };
  let [rows, used] = [1, 0];
  for (const name of names) {
    const need = 44 + Math.min(name.length, 28) * letterWidth;
    if (used > 0 && used + need > width - 16) {
      rows++;
      used = 0;
    }
    used += need;
  }
  const option: EChartsOption = {
    legend: {
      data: names.map((name) => ({ name, ...(bare.includes(name) && { itemStyle: { opacity: 0 } }) })),
      bottom: 0,
      left: 8,
      right: 8,
      itemWidth,
      itemGap: 12,
      // Keys do not reach it, so nothing is switched here.
      selectedMode: false,
      textStyle: { color: theme.ink, fontSize, fontFamily: theme.font, width: 190, overflow: "truncate" },
    },
  };
  return { option, height: rows * rowHeight + 8 };
}

/** An axis of figures with its name and unit. */
export function valueAxis(axis: Axis, { theme, format }: Drawing, grid: boolean) {
  const whole = axis.digits === 0 && (axis.figures ?? "plain") === "plain";
  return {
    type: axis.logarithmic ? ("log" as const) : ("value" as const),
    name: axisTitle(axis),
    nameLocation: "middle" as const,
    nameTextStyle: { color: theme.faintInk, fontSize },
    scale: true,
    ...(axis.min !== undefined && { min: axis.min }),
    ...(axis.max !== undefined && { max: axis.max }),
    ...(whole && { minInterval: 1 }),
    axisLine: { show: true, lineStyle: { color: theme.strongLine } },
    axisTick: { show: false },
    axisLabel: {
      color: theme.faintInk,
      fontSize,
      hideOverlap: true,
      formatter: (value: number) => tick(axis, value, format),
    },
    splitLine: { show: grid, lineStyle: { color: theme.line } },
    splitNumber: 5,
  };
}

/** Room for axes and their names on every side; `bottom` is what the legend takes, and names of marks stand above. */
export function grid(bottom: number, { right = 16, marked = false } = {}) {
  return {
    left: 8,
    top: marked ? 24 : 12,
    right,
    bottom: bottom + 4,
    outerBoundsMode: "same" as const,
    outerBoundsContain: "all" as const,
  };
}

/**
 * Upright lines with their names, to hang on a series; where the y axis goes down, names stand at the start.
 * @param xs what else is drawn along the axis
 */
export function markLines(
  marks: readonly Mark[],
  { theme }: Drawing,
  { named = "insideEndTop", xs }: { named?: "insideEndTop" | "start"; xs: readonly number[] },
) {
  if (marks.length === 0) return {};
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  // A name keeps to the side where there is room for it.
  const side = (x: number) => ((x - low) / (high - low) > 0.6 ? ("right" as const) : ("left" as const));
  return {
    markLine: {
      silent: true,
      symbol: "none",
      // The library rounds places to two decimals otherwise.
      precision: 12,
      lineStyle: { color: theme.ink, type: "dotted" as const, width: 1.5 },
      label: {
        color: theme.ink,
        fontSize,
        position: named,
        rotate: 0,
      },
      data: marks.map(({ x, name }) => ({ xAxis: x, name, label: { formatter: name, align: side(x) } })),
    },
  };
}
