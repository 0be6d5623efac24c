import type { ActivationMap } from "@/lib/prediction/outcome";
import { renderPixels } from "@/lib/report/render-pixels";
import type { Radiograph } from "@/lib/xray/radiograph";

/** Draws the picture of a report on a canvas at once, which printing needs. */
export function paintCase(
  canvas: HTMLCanvasElement,
  radiograph: Radiograph,
  map: ActivationMap | null,
  longestSide: number,
): void {
  const { width, height, rgba } = renderPixels(radiograph, { longestSide, map });
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.putImageData(new ImageData(rgba, width, height), 0, 0);
}
