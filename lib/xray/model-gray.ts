import { decodeImage } from "./decode-image";
import { resizeTriangle } from "./resize-triangle";
import type { GrayImage } from "./types";

/**
 * The 8-bit form that training and serving both start from: squashed to a square, aspect ratio not kept.
 * @returns [size × size], 0 to 255
 */
export function toModelGray(image: GrayImage, size: number): Uint8Array {
  return Uint8Array.from(resizeTriangle(image, size, size).data, Math.round);
}

/** Image file bytes → [size × size] gray levels. @throws the IMAGE_ errors of decodeImage */
export async function imageToModelGray(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  return toModelGray(await decodeImage(bytes), size);
}
