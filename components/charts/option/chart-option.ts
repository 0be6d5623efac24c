import type { EChartsOption } from "echarts";
import type { Chart } from "../chart";
import type { Drawing } from "./frame";
import { histogramOption } from "./histogram-option";
import { intervalOption } from "./interval-option";
import { parallelOption } from "./parallel-option";
import { xyOption } from "./xy-option";

/** What the library is told for a chart in these colours, words and size. */
export function chartOption(chart: Chart, drawing: Drawing): EChartsOption {
  switch (chart.kind) {
    case "xy":
      return xyOption(chart, drawing);
    case "histogram":
      return histogramOption(chart, drawing);
    case "intervals":
      return intervalOption(chart, drawing);
    case "parallel":
      return parallelOption(chart, drawing);
  }
}
