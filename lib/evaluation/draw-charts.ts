import type { Spec } from "vega";
import type { EvaluationDocument } from "./document";

interface Point {
  x: number;
  y: number;
}

interface Chart {
  title: string;
  description: string;
  x: string;
  y: string;
  line: Point[];
  /** A straight line to compare with. */
  rule: [Point, Point];
  mark?: Point;
  bars?: { x: number; low: number; high: number }[];
}

export interface EvaluationCharts {
  roc: string;
  precisionRecall: string;
  reliability: string;
}

const side = 260;
/** SVG takes these from the page it stands in, so that one drawing serves both themes. */
const ink = { text: "currentColor", faint: "var(--faint)", line: "var(--accent)" };

/**
 * ROC and precision-recall curves and the reliability diagram as SVG, drawn without a DOM. Colours are `currentColor`,
 * `--faint` and `--accent` of the page that holds them.
 */
export async function drawCharts({ curves, all, model }: EvaluationDocument): Promise<EvaluationCharts> {
  const { roc, precisionRecall, reliability } = curves;
  const prevalence = all.n > 0 ? all.positives / all.n : 0;
  const filled = reliability.flatMap(({ meanProbability, positives: { value, low, high } }) =>
    meanProbability === null || value === null ? [] : [{ x: meanProbability, y: value, low, high }],
  );
  const { sensitivity, specificity, precision } = all;
  const at = `threshold ${model.threshold.toFixed(3)}`;
  const [rocSvg, precisionRecallSvg, reliabilitySvg] = await Promise.all([
    draw({
      title: "ROC",
      description: `ROC curve; the dot is the ${at}, the line is chance.`,
      x: "1 − specificity",
      y: "sensitivity",
      line: roc.map((point) => ({ x: point.falsePositiveRate, y: point.truePositiveRate })),
      rule: [
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ],
      ...markAt(specificity.value === null ? null : 1 - specificity.value, sensitivity.value),
    }),
    draw({
      title: "Precision and recall",
      description: `Precision-recall curve; the dot is the ${at}, the line is the share of pneumonia.`,
      x: "recall (sensitivity)",
      y: "precision",
      line: precisionRecall.map((point) => ({ x: point.recall, y: point.precision })),
      rule: [
        { x: 0, y: prevalence },
        { x: 1, y: prevalence },
      ],
      ...markAt(sensitivity.value, precision.value),
    }),
    draw({
      title: "Reliability",
      description:
        "Share of pneumonia by predicted probability, with 95 % intervals; the line is perfect calibration.",
      x: "mean predicted probability",
      y: "share of pneumonia",
      line: filled,
      rule: [
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ],
      bars: filled.map(({ x, low, high }) => ({ x, low: low ?? 0, high: high ?? 1 })),
    }),
  ]);
  return { roc: rocSvg, precisionRecall: precisionRecallSvg, reliability: reliabilitySvg };
}

const markAt = (x: number | null, y: number | null) => (x === null || y === null ? {} : { mark: { x, y } });

async function draw(chart: Chart): Promise<string> {
  const vega = await import("vega");
  const view = new vega.View(vega.parse(specOf(chart)), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

function specOf({ title, description, x, y, line, rule, mark, bars = [] }: Chart): Spec {
  const axis = (orient: "bottom" | "left", scale: string, name: string) => ({
    orient,
    scale,
    title: name,
    tickCount: 5,
    format: ".1f",
    grid: true,
    gridColor: ink.faint,
    domainColor: ink.text,
    tickColor: ink.text,
    labelColor: ink.text,
    titleColor: ink.text,
    titleFontWeight: "normal" as const,
  });
  const scale = (name: string, range: "width" | "height") => ({
    name,
    type: "linear" as const,
    domain: [-0.02, 1.02],
    nice: false,
    zero: false,
    range,
  });
  const at = (field: string) => ({ x: { scale: "x", field: "x" }, y: { scale: "y", field } });
  return {
    width: side,
    height: side,
    padding: 6,
    description,
    title: { text: title, color: ink.text, anchor: "start" },
    scales: [scale("x", "width"), scale("y", "height")],
    axes: [axis("bottom", "x", x), axis("left", "y", y)],
    data: [
      { name: "rule", values: rule },
      { name: "line", values: line },
      { name: "bars", values: bars },
      { name: "mark", values: mark ? [mark] : [] },
    ],
    marks: [
      {
        type: "line",
        from: { data: "rule" },
        encode: { enter: { ...at("y"), stroke: { value: ink.text }, strokeDash: { value: [4, 4] } } },
      },
      {
        type: "rule",
        from: { data: "bars" },
        encode: {
          enter: { ...at("low"), y2: { scale: "y", field: "high" }, stroke: { value: ink.line } },
        },
      },
      {
        type: "line",
        from: { data: "line" },
        encode: { enter: { ...at("y"), stroke: { value: ink.line }, strokeWidth: { value: 2 } } },
      },
      ...[bars.length > 0 ? "line" : "mark"].map((name) => ({
        type: "symbol" as const,
        from: { data: name },
        encode: {
          enter: { ...at("y"), fill: { value: ink.line }, size: { value: name === "mark" ? 90 : 36 } },
        },
      })),
    ],
  };
}
