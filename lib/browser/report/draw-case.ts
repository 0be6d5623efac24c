import type { CaseWords } from "@/lib/report/case-words";
import { type Pixels, type RenderOptions, renderPixels } from "@/lib/report/render-pixels";
import type { PdfImage } from "@/lib/report/write-pdf";
import type { Radiograph } from "@/lib/xray/radiograph";

/** Sharp at 300 dpi on half the width of an A4 page, and enough to look closer on a screen. */
const pdfSide = 1600;
/** What a PACS viewer shows full screen. */
const captureSide = 2048;
/** Below this the words under the picture could not be read: it is enlarged by whole pixels. */
const narrowestCapture = 640;
const jpegQuality = 0.9;

/** The picture as a JPEG for the page of a PDF. */
export async function drawJpeg(radiograph: Radiograph, map: RenderOptions["map"]): Promise<PdfImage> {
  const pixels = renderPixels(radiograph, { longestSide: pdfSide, map });
  const canvas = canvasOf(pixels);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: jpegQuality });
  return { bytes: new Uint8Array(await blob.arrayBuffer()), width: pixels.width, height: pixels.height };
}

/** The picture with a strip of words below it, which a PACS cannot take off. */
export function drawCapture(radiograph: Radiograph, map: RenderOptions["map"], words: CaseWords): Pixels {
  const pixels = renderPixels(radiograph, { longestSide: captureSide, map });
  const times = Math.max(1, Math.ceil(narrowestCapture / pixels.width));
  const [pictureWidth, pictureHeight] = [pixels.width * times, pixels.height * times];
  const lines = captionLines(words);
  const margin = Math.round(pictureWidth / 60);
  const size = fontSize(lines, pictureWidth - 2 * margin);
  const lineHeight = Math.round(size * 1.4);
  const canvas = new OffscreenCanvas(pictureWidth, pictureHeight + 2 * margin + lines.length * lineHeight);
  const context = contextOf(canvas);
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvasOf(pixels), 0, 0, pictureWidth, pictureHeight);
  context.textBaseline = "top";
  lines.forEach((line, index) => {
    context.font = `${index === 0 ? 600 : 400} ${size}px sans-serif`;
    context.fillStyle = index === 0 ? "#f2bb56" : "#eef0f2";
    context.fillText(line, margin, pictureHeight + margin + index * lineHeight);
  });
  const { width, height } = canvas;
  return { width, height, rgba: context.getImageData(0, 0, width, height).data };
}

function captionLines({ researchUse, verdict, scale, warnings, footerShort }: CaseWords): string[] {
  const result = [verdict.heading, verdict.probability, scale?.thresholdLabel].filter(Boolean).join(" · ");
  return [researchUse, result, ...warnings, footerShort];
}

/** As large as the longest line allows, and no larger than reads well. */
function fontSize(lines: readonly string[], width: number): number {
  const context = contextOf(new OffscreenCanvas(1, 1));
  context.font = "600 100px sans-serif";
  const longest = Math.max(...lines.map((line) => context.measureText(line).width));
  return Math.max(9, Math.floor(Math.min((width / longest) * 100, width / 42)));
}

function canvasOf({ width, height, rgba }: Pixels): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  contextOf(canvas).putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no memory left to draw the picture");
  return context;
}
