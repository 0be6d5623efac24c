import { colourOf, coverOf, evidenceAt, strengthFor } from "@/lib/prediction/activation-map";
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

/** As the viewer lays it over at its usual opacity. */
const opacity = 0.6;

/**
 * A radiograph as a report shows it: its own window, upright, square pixels, with what speaks for PNEUMONIA laid over
 * in the viewer's colours. Support for NORMAL is left gray.
 */
export function renderPixels(radiograph: Radiograph, { longestSide, map }: RenderOptions): Pixels {
  const { width, height, data } = grayAt(radiograph, longestSide);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const level = data[at] as number;
      rgba.fill(level, at * 4, at * 4 + 3);
      rgba[at * 4 + 3] = 255;
      const strength = map
        ? strengthFor("PNEUMONIA", evidenceAt(map, (x + 0.5) / width, (y + 0.5) / height))
        : 0;
      if (strength > 0) layOver(rgba, at * 4, level, strength);
    }
  }
  return { width, height, rgba };
}

function layOver(rgba: Uint8ClampedArray, at: number, level: number, strength: number): void {
  const { red, green, blue } = colourOf("PNEUMONIA", strength);
  const cover = coverOf(strength, opacity);
  rgba[at] = level + (red - level) * cover;
  rgba[at + 1] = level + (green - level) * cover;
  rgba[at + 2] = level + (blue - level) * cover;
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
