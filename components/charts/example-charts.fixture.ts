import type { Chart, HistogramChart, IntervalChart, ParallelChart, XyChart } from "./chart";

export const lossChart: XyChart = {
  kind: "xy",
  title: "Loss <by> epoch",
  x: { name: "epoch", digits: 0 },
  y: { name: "loss", digits: 3 },
  series: [
    {
      name: "training",
      points: [
        { x: 1, y: 0.69 },
        { x: 2, y: 0.4 },
        { x: 3, y: 0.2 },
      ],
    },
    {
      name: "validation",
      points: [
        { x: 1, y: 0.7 },
        { x: 2, y: null },
      ],
    },
  ],
  marks: [{ name: "best", x: 2 }],
};

export const reliabilityChart: XyChart = {
  kind: "xy",
  title: "Reliability",
  x: { name: "mean probability", figures: "share", min: 0, max: 1 },
  y: { name: "share of pneumonia", figures: "share", min: 0, max: 1 },
  series: [{ name: "model", look: "points", points: [{ x: 0.25, y: 0.3, low: 0.2, high: 0.45 }] }],
  references: [{ name: "perfect", from: [0, 0], to: [1, 1] }],
};

export const histogramChart: HistogramChart = {
  kind: "histogram",
  title: "Probabilities",
  x: { name: "probability", figures: "share" },
  y: { name: "images" },
  bins: { low: 0, width: 0.1 },
  series: [
    { name: "normal", counts: [5, 1, 0] },
    { name: "pneumonia", counts: [0, 2, 7] },
  ],
  marks: [{ name: "threshold", x: 0.15 }],
};

export const intervalChart: IntervalChart = {
  kind: "intervals",
  title: "AUC",
  x: { name: "AUC", digits: 3 },
  rows: [
    { name: "=run-a", value: 0.98, low: 0.97, high: 0.99, quartiles: [0.975, 0.985] },
    { name: "run-b", value: null, low: null, high: null },
  ],
};

export const parallelChart: ParallelChart = {
  kind: "parallel",
  title: "Parameters",
  axes: [
    { name: "rate", figures: "exponent" },
    { name: "schedule", choices: ["constant", "one-cycle"] },
    { name: "AUC" },
  ],
  lines: [
    { name: "run-a", values: [3e-4, "one-cycle", 0.98] },
    { name: "run-b", values: [1e-3, "constant", null] },
  ],
};

export const exampleCharts: readonly Chart[] = [
  lossChart,
  reliabilityChart,
  histogramChart,
  intervalChart,
  parallelChart,
];
