import type { Radiograph } from "@/lib/xray/radiograph";
import type { RefusalReason } from "./outcome";

/** Mean chroma, 0 to 1: scanners tint gray paper a little, photographs are far above. */
const mostColour = 0.05;
/** Longer side ÷ shorter side. */
const mostElongated = 2.5;
/** Range between the 1st and 99th percentile of the model's gray levels, 0 to 255. */
const leastContrast = 12;

/**
 * What can be told without the network: colour, shape and whether there is any content.
 * @param gray [size²], what the model would see
 */
export function refuseAtFirstLook(
  radiograph: Pick<Radiograph, "colour" | "width" | "height" | "pixelAspect">,
  gray: Uint8Array,
): RefusalReason[] {
  const reasons: RefusalReason[] = [];
  const shownHeight = radiograph.height * radiograph.pixelAspect;
  const elongation = Math.max(radiograph.width, shownHeight) / Math.min(radiograph.width, shownHeight);
  const contrast = rangeOf(gray);
  if (radiograph.colour > mostColour) {
    reasons.push({ kind: "colour", value: radiograph.colour, limit: mostColour });
  }
  if (elongation > mostElongated) reasons.push({ kind: "shape", value: elongation, limit: mostElongated });
  if (contrast < leastContrast) reasons.push({ kind: "content", value: contrast, limit: leastContrast });
  return reasons;
}

function rangeOf(gray: Uint8Array): number {
  const sorted = gray.slice().sort();
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] as number;
  return at(0.99) - at(0.01);
}
