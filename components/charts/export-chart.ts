import type { EChartsOption } from "echarts";
import type { Format } from "@/components/ui/format";
import type { Chart } from "./chart";
import { chartOption } from "./option/chart-option";
import { paperTheme } from "./theme";

const size = { width: 880, height: 520 };
const titleHeight = 34;
const pixelRatio = 2;

/** A chart as it goes on paper, whatever the theme on screen: its title above, black on white. */
function paperOption(chart: Chart, format: Format): EChartsOption {
  const drawing = { theme: paperTheme, format, ...size, height: size.height - titleHeight };
  const option = chartOption(chart, drawing);
  const lower = (part: unknown) => {
    const box = (part ?? {}) as { top?: number };
    return { ...box, top: (box.top ?? 0) + titleHeight };
  };
  return {
    ...option,
    backgroundColor: paperTheme.ground,
    title: {
      text: chart.title,
      left: 8,
      top: 8,
      textStyle: { fontSize: 15, fontWeight: 600, color: paperTheme.ink, fontFamily: paperTheme.font },
    },
    ...(option.grid !== undefined && { grid: lower(option.grid) }),
    ...(option.parallel !== undefined && { parallel: lower(option.parallel) }),
  };
}

/** The chart as an SVG document of 880 × 520, with its text alternative inside. */
export async function chartSvg(chart: Chart, summary: string, format: Format): Promise<string> {
  const { init } = await import("./engine");
  const drawn = init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    drawn.setOption(paperOption(chart, format));
    const told = `<title>${escapeXml(chart.title)}</title><desc>${escapeXml(summary)}</desc>`;
    return `${drawn.renderToSVGString().replace(/^(<svg\b[^>]*>)/, (open) => `${open}${told}`)}\n`;
  } finally {
    drawn.dispose();
  }
}

/** The chart as a PNG of 1,760 × 1,040 pixels. */
export async function chartPng(chart: Chart, format: Format): Promise<Blob> {
  const { init } = await import("./engine");
  const canvas = document.createElement("canvas");
  const drawn = init(canvas, null, { renderer: "canvas", devicePixelRatio: pixelRatio, ...size });
  try {
    drawn.setOption(paperOption(chart, format));
    const blob = await new Promise<Blob | null>((resolve) => {
      drawn.renderToCanvas({ pixelRatio, backgroundColor: paperTheme.ground }).toBlob(resolve, "image/png");
    });
    if (!blob) throw new Error("The canvas gave no picture.");
    return blob;
  } finally {
    drawn.dispose();
  }
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** "Precision and recall" → "pneumoscope-precision-and-recall.svg" */
export function exportName(title: string, extension: string): string {
  const words = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `pneumoscope-${words || "chart"}.${extension}`;
}
