/** Sums up how far pixels are from gray. */
export class ColourMeter {
  #sum = 0;

  /** @param red, green, blue 0 to 255 */
  add(red: number, green: number, blue: number): void {
    this.#sum += Math.max(red, green, blue) - Math.min(red, green, blue);
  }

  /** Mean over pixels of (largest − smallest channel) ÷ 255: 0 for gray, 1 for pure colours. */
  mean(pixels: number): number {
    return this.#sum / (255 * pixels);
  }
}
