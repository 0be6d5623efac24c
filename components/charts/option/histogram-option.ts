import type { BarSeriesOption, EChartsOption } from "echarts";
import type { HistogramChart } from "../chart";
import { figure } from "../figures";
import { seriesLook } from "../theme";
import { type Drawing, frame, grid, legend, markLines, valueAxis } from "./frame";

/** Bars of counts, series side by side within a bin, told apart by hatches too. */
export function histogramOption(chart: HistogramChart, drawing: Drawing): EChartsOption {
  const { x, y, bins, series, marks = [] } = chart;
  const below = legend(
    series.map(({ name }) => name),
    drawing,
  );
  const places = Math.max(0, ...series.map(({ counts }) => counts.length));
  return {
    ...frame(drawing),
    ...below.option,
    grid: grid(below.height, { marked: marks.length > 0 }),
    tooltip: tooltip(chart, drawing),
    xAxis: {
      ...valueAxis(x, drawing, false),
      min: bins.low,
      // The bins are the axis; it needs no room for half a bar beyond them.
      containShape: false,
      max: Number((bins.low + places * bins.width).toPrecision(12)),
    },
    yAxis: { ...valueAxis({ ...y, digits: 0 }, drawing, true), min: 0 },
    series: [
      ...series.map(({ name, counts, hue }, at): BarSeriesOption => {
        const { colour, hatch } = seriesLook(hue ?? at, drawing.theme);
        return {
          type: "bar",
          id: `series${at}`,
          name,
          data: counts.map((count, bin) => [bins.low + (bin + 0.5) * bins.width, count]),
          barGap: "0%",
          barCategoryGap: "12%",
          itemStyle: { color: colour, ...(hatch && { decal: hatch }) },
          emphasis: { disabled: true },
        };
      }),
      // On a series of its own: the library would move marks to the middle of the first series' bars.
      {
        type: "line",
        id: "marks",
        data: [],
        ...markLines(marks, drawing, { xs: [bins.low, bins.low + places * bins.width] }),
      },
    ],
  };
}

function tooltip({ x, y, bins }: HistogramChart, drawing: Drawing): EChartsOption["tooltip"] {
  const { format } = drawing;
  return {
    ...frame(drawing).tooltip,
    trigger: "axis",
    axisPointer: { type: "shadow" },
    formatter: (hovered) => {
      const list = (Array.isArray(hovered) ? hovered : [hovered]) as unknown as {
        seriesName?: string;
        value: [number, number];
      }[];
      const [first] = list;
      if (!first) return "";
      const low = first.value[0] - bins.width / 2;
      const range = `${figure(x, low, format)} – ${figure(x, low + bins.width, format)}`;
      const counts = list.map(
        ({ seriesName, value }) => `${seriesName}: ${figure({ ...y, digits: 0 }, value[1], format)}`,
      );
      return [`${x.name}: ${range}`, ...counts].join("\n");
    },
  };
}
