import { encode } from "fast-png";
import type { GrayImage } from "@/lib/xray/types";

/** An 8-bit grayscale PNG; levels are rounded and held to 0 to 255. */
export function encodePng({ width, height, data }: GrayImage): Uint8Array {
  return encode({ width, height, data: Uint8ClampedArray.from(data), depth: 8, channels: 1 });
}
