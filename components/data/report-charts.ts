import type { HistogramChart } from "@/components/charts/chart";
import type { Distribution } from "@/lib/dataset-report/distribution";
import type { MeasureName } from "@/lib/dataset-report/image-measures";

export const intensityMeasures = ["mean", "std", "p1", "p5", "p50", "p95", "p99", "detail"] as const;
export const sizeMeasures = ["rows", "columns"] as const;

/** A measure's distribution as a chart; where all images are alike, one bar about their value. */
export function distributionChart(
  { histogram: { low, high, counts } }: Distribution,
  words: { title: string; unit: string; images: string },
): HistogramChart {
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  return {
    kind: "histogram",
    title: words.title,
    x: { name: words.title.toLocaleLowerCase(), unit: words.unit, digits: 1 },
    y: { name: words.images, digits: 0 },
    bins: { low: from, width: (to - from) / counts.length },
    series: [{ name: words.images, counts }],
  };
}

export function unitOf(measure: MeasureName): "level" | "pixels" {
  return measure === "rows" || measure === "columns" ? "pixels" : "level";
}
