import { decodeRadiograph, toGrayImage } from "./decode-radiograph";
import type { GrayImage } from "./types";

/**
 * Image file bytes → the gray levels that the model's path starts from. Of a file with several frames, the first.
 * @throws the IMAGE_ errors of decodeRadiograph
 */
export async function decodeImage(bytes: Uint8Array): Promise<GrayImage> {
  return toGrayImage(await decodeRadiograph(bytes));
}
