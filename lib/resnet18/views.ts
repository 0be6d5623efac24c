/** A way of showing an image to the network; a prediction is the mean logit over its views. */
export type View = "identity" | "horizontal-flip";

/**
 * Grayscale images as one view shows them.
 * @param gray n images of size × size, row-major
 */
export function applyView(gray: Uint8Array, size: number, view: View): Uint8Array {
  if (view === "identity") return gray;
  const flipped = new Uint8Array(gray.length);
  for (let row = 0; row < gray.length; row += size) {
    for (let x = 0; x < size; x++) flipped[row + x] = gray[row + size - 1 - x] as number;
  }
  return flipped;
}
