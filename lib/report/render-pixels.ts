import type { ActivationMap } from "@/lib/prediction/outcome";
import { levelOf } from "@/lib/xray/apply-voi";
import type { Radiograph } from "@/lib/xray/radiograph";
import { resizeTriangle } from "@/lib/xray/resize-triangle";
import type { GrayImage } from "@/lib/xray/types";

export interface RenderOptions {
  /** Longest side of the result, in pixels; smaller images keep their size. */
  longestSide: number;
  /** Laid over the image where given. */
  map: ActivationMap | null;
}

export interface Pixels {
  width: number;
  height: number;
  /** [height × width × 4], red, green, blue, alpha 255 */
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Largest share of colour over gray, where the map is at its highest. */
const strongest = 0.5;

/**
 * A radiograph as a report shows it: its own window, upright, square pixels, with the map's support for PNEUMONIA
 * in amber over it. Colour grows with the map's value between 0 and its own maximum, so that it says where, not how
 * much; support for NORMAL is left gray.
 */
export function renderPixels(radiograph: Radiograph, options: RenderOptions): Pixels {
  const gray = grayAt(radiograph, options.longestSide);
  const rgba = new Uint8ClampedArray(gray.width * gray.height * 4);
  const support = options.map && supportOf(options.map);
  for (let y = 0, at = 0; y < gray.height; y++) {
    for (let x = 0; x < gray.width; x++, at++) {
      const level = gray.data[at] as number;
      const share = support ? support((x + 0.5) / gray.width, (y + 0.5) / gray.height) * strongest : 0;
      rgba[at * 4] = level + (255 - level) * share;
      rgba[at * 4 + 1] = level + (150 - level) * share;
      rgba[at * 4 + 2] = level * (1 - share);
      rgba[at * 4 + 3] = 255;
    }
  }
  return { width: gray.width, height: gray.height, rgba };
}

/** Width and height of the report's picture of a radiograph, with square pixels. */
export function renderedSize(
  { width, height, pixelAspect }: Pick<Radiograph, "width" | "height" | "pixelAspect">,
  longestSide: number,
): { width: number; height: number } {
  const tall = height * pixelAspect;
  const scale = Math.min(1, longestSide / Math.max(width, tall));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(tall * scale)) };
}

function grayAt(radiograph: Radiograph, longestSide: number): GrayImage {
  const level = levelOf(radiograph.voi);
  const data = new Float32Array(radiograph.values.length);
  for (let at = 0; at < data.length; at++) {
    const shown = level(radiograph.values[at] as number);
    data[at] = radiograph.inverted ? 255 - shown : shown;
  }
  const { width, height } = renderedSize(radiograph, longestSide);
  return resizeTriangle({ width: radiograph.width, height: radiograph.height, data }, width, height);
}

/** Bilinear between the centres of the cells; 0 to 1. */
function supportOf({ side, values }: ActivationMap): (x: number, y: number) => number {
  let highest = 0;
  for (const value of values) highest = Math.max(highest, value);
  if (highest === 0) return () => 0;
  const cell = (column: number, row: number) =>
    Math.max(0, values[clamp(row, side) * side + clamp(column, side)] as number) / highest;
  return (x, y) => {
    const column = x * side - 0.5;
    const row = y * side - 0.5;
    const left = Math.floor(column);
    const top = Math.floor(row);
    const right = column - left;
    const down = row - top;
    const upper = cell(left, top) * (1 - right) + cell(left + 1, top) * right;
    const lower = cell(left, top + 1) * (1 - right) + cell(left + 1, top + 1) * right;
    return upper * (1 - down) + lower * down;
  };
}

function clamp(index: number, side: number): number {
  return Math.min(side - 1, Math.max(0, index));
}
