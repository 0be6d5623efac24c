import type { ShownImage } from "@/lib/browser/predict/reading";
import { levelOf } from "@/lib/xray/apply-voi";

export interface DecodedImage {
  width: number;
  height: number;
  /** [height × width], 0 to 255 */
  gray: Uint8Array<ArrayBuffer>;
}

export function decodedImageOf({ radiograph }: ShownImage): DecodedImage {
  const { width, height, values, voi, inverted } = radiograph;
  const level = levelOf(voi);
  const gray = Uint8Array.from(values, (value) => Math.round(inverted ? 255 - level(value) : level(value)));
  return { width, height, gray };
}
