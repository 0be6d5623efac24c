import type { Spec } from "vega";
import type { Distribution } from "./distribution";
import { type MeasureName, measureNames } from "./image-measures";
import { measureWords } from "./report-text";

const size = { width: 220, height: 90 };
/** SVG takes these from the page it stands in, so that one drawing serves both themes. */
const ink = { text: "currentColor", bar: "var(--accent)" };

/**
 * One SVG per measure, drawn without a DOM. Colours are `currentColor` and `--accent` of the page that holds them.
 */
export async function drawHistograms(
  distributions: Record<MeasureName, Distribution>,
): Promise<Record<MeasureName, string>> {
  const vega = await import("vega");
  const drawn = await Promise.all(
    measureNames.map(async (name) => {
      const spec = histogramSpec(measureWords[name], distributions[name].histogram);
      const view = new vega.View(vega.parse(spec), { renderer: "none" });
      const svg = await view.toSVG();
      view.finalize();
      return [name, svg];
    }),
  );
  return Object.fromEntries(drawn) as Record<MeasureName, string>;
}

function histogramSpec(title: string, { low, high, counts }: Distribution["histogram"]): Spec {
  // A single value gets a bar of its own width.
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  const step = (to - from) / counts.length;
  const axis = {
    domainColor: ink.text,
    tickColor: ink.text,
    labelColor: ink.text,
    tickCount: 4,
  };
  return {
    ...size,
    padding: 6,
    description: `${title}: how many images have which value`,
    title: { text: title, color: ink.text, anchor: "start", fontWeight: "normal" },
    scales: [
      { name: "x", type: "linear", domain: [from, to], nice: false, zero: false, range: "width" },
      { name: "y", type: "linear", domain: { data: "bins", field: "count" }, zero: true, range: "height" },
    ],
    axes: [
      { orient: "bottom", scale: "x", ...axis },
      { orient: "left", scale: "y", ...axis, tickCount: 3 },
    ],
    data: [
      {
        name: "bins",
        values: counts.map((count, bin) => ({
          low: from + bin * step,
          high: from + (bin + 1) * step,
          count,
        })),
      },
    ],
    marks: [
      {
        type: "rect",
        from: { data: "bins" },
        encode: {
          enter: {
            x: { scale: "x", field: "low" },
            x2: { scale: "x", field: "high" },
            y: { scale: "y", field: "count" },
            y2: { scale: "y", value: 0 },
            fill: { value: ink.bar },
          },
        },
      },
    ],
  };
}
