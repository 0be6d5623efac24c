import { createTranslator } from "use-intl/core";
import { describe, expect, it } from "vitest";
import { formatOf } from "@/components/ui/format";
import en from "@/messages/en";
import fr from "@/messages/fr";
import type { Chart } from "./chart";
import { nextStop } from "./chart-canvas";
import { chartCsv } from "./chart-csv";
import { chartTable } from "./chart-table";
import { describeChart } from "./describe-chart";
import {
  exampleCharts,
  histogramChart,
  intervalChart,
  lossChart,
  parallelChart,
  reliabilityChart,
} from "./example-charts.fixture";
import { chartSvg, exportName } from "./export-chart";
import { figure, tick } from "./figures";
import { stopsOf } from "./stops";
import { paperTheme, seriesLook } from "./theme";

const format = formatOf("en");
const t = createTranslator({ locale: "en", messages: en, namespace: "charts" });
const tableOf = (chart: Chart) => chartTable(chart, en.charts.table);
const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, " ");

describe("table", () => {
  it("has one row an x where the series share it, with gaps where one has no figure", () => {
    const { columns, rows } = tableOf(lossChart);
    expect(columns.map(({ head }) => head)).toEqual(["epoch", "training", "validation"]);
    expect(rows).toEqual([
      [1, 0.69, 0.7],
      [2, 0.4, null],
      [3, 0.2, null],
    ]);
  });

  it("keeps every point of a curve that goes straight up beside one that does not", () => {
    const curve = (name: string, places: [number, number][]) => ({
      name,
      points: places.map(([x, y]) => ({ x, y })),
    });
    const { rows } = tableOf({
      kind: "xy",
      title: "ROC",
      x: { name: "x" },
      y: { name: "y" },
      series: [
        curve("a", [
          [0, 0],
          [0.5, 0.8],
          [1, 1],
        ]),
        curve("b", [
          [0, 0],
          [0, 0.9],
          [1, 1],
        ]),
      ],
    });
    expect(rows).toHaveLength(6);
    expect(rows).toContainEqual(["b", 0, 0.9]);
    expect(rows).toContainEqual(["b", 0, 0]);
  });

  it("has intervals, bins and words as they are", () => {
    expect(tableOf(reliabilityChart).rows).toEqual([[0.25, 0.3, 0.2, 0.45]]);
    expect(tableOf(histogramChart).rows).toEqual([
      [0, 0.1, 5, 0],
      [0.1, 0.2, 1, 2],
      [0.2, 0.3, 0, 7],
    ]);
    expect(tableOf(parallelChart).rows[1]).toEqual(["run-b", 1e-3, "constant", null]);
  });

  it("is written as CSV that no spreadsheet runs", () => {
    expect(chartCsv(tableOf(intervalChart))).toBe(
      '\ufeffName,AUC,95 % from,95 % to\r\n"\'=run-a",0.98,0.97,0.99\r\nrun-b,,,\r\n',
    );
  });
});

it("says what it shows, in both languages", () => {
  expect(describeChart(lossChart, t, format)).toBe(
    "training: 0.690 at first, 0.200 at last; lowest 0.200, highest 0.690. validation: 0.700 at epoch 1.",
  );
  expect(plain(describeChart(histogramChart, t, format))).toBe(
    "normal: 6, most of them (5) from 0.0 % to 10.0 %. pneumonia: 9, most of them (7) from 20.0 % to 30.0 %.",
  );
  expect(describeChart({ ...intervalChart, summary: "Its own." }, t, format)).toBe("Its own.");
  const french = createTranslator({ locale: "fr", messages: fr, namespace: "charts" });
  expect(plain(describeChart(lossChart, french, formatOf("fr")))).toContain("0,690 au début, 0,200 à la fin");
});

it("stops at each row for the arrow keys", () => {
  const stops = stopsOf(lossChart, tableOf(lossChart), format);
  expect(stops.map(({ seriesIndex, dataIndex }) => [seriesIndex, dataIndex])).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
  ]);
  expect(stops[1]?.text).toBe("epoch: 2, training: 0.400, validation: –");
  for (const chart of exampleCharts)
    expect(stopsOf(chart, tableOf(chart), format)).toHaveLength(tableOf(chart).rows.length);
  expect([
    nextStop("ArrowRight", 2, 3),
    nextStop("ArrowLeft", 0, 3),
    nextStop("End", 0, 3),
    nextStop("x", 1, 3),
  ]).toEqual([2, 0, 2, null]);
});

it("draws every kind as SVG with its names, dashes and text alternative", async () => {
  for (const chart of exampleCharts) {
    const svg = await chartSvg(chart, "What <it> says.", format);
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain("<desc>What &lt;it&gt; says.</desc>");
    expect(svg, chart.kind).not.toMatch(/NaN|undefined|Infinity|<by>/);
  }
  const loss = await chartSvg(lossChart, "", format);
  for (const word of [
    "Loss &lt;by&gt; epoch",
    ">epoch<",
    ">loss<",
    ">validation<",
    ">best<",
    "stroke-dasharray",
  ])
    expect(loss).toContain(word);
});

it("puts marks where they belong, to the last digit", async () => {
  const marked = (x: number) =>
    chartSvg({ ...histogramChart, marks: [{ name: "threshold", x }] }, "", format);
  const places = await Promise.all([0.151, 0.154].map(marked));
  expect(places[0]).not.toBe(places[1]);
});

it("writes figures as their axis does", () => {
  expect(figure({ name: "rate", figures: "exponent" }, 3e-4, format)).toBe("3.0e−4");
  expect(plain(figure({ name: "share", figures: "share" }, 0.3839, format))).toBe("38.4 %");
  expect(figure({ name: "x" }, Number.NaN, format)).toBe("–");
  expect([tick({ name: "x" }, 0.25, format), tick({ name: "x" }, 1200, format)]).toEqual([
    "0.25",
    "1\u202f200",
  ]);
});

it("gives twenty series looks that differ in colour or dash", () => {
  const looks = Array.from({ length: 20 }, (_, hue) => seriesLook(hue, paperTheme));
  expect(new Set(looks.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(20);
});

it("names files after the title", () => {
  expect(exportName("Précision & rappel", "svg")).toBe("pneumoscope-precision-rappel.svg");
  expect(exportName("…", "csv")).toBe("pneumoscope-chart.csv");
});
