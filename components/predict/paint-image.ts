import type { DecodedImage } from "./decoded-image";

export interface Windowing {
  /** Gray level that is shown as middle gray. */
  level: number;
  /** Range of gray levels that is spread from black to white. */
  window: number;
  inverted: boolean;
}

/** Draws the image into the canvas at its own resolution. */
export function paintImage(
  canvas: HTMLCanvasElement,
  { width, height, gray }: DecodedImage,
  windowing: Windowing,
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const levels = shownLevels(windowing);
  const pixels = new Uint32Array(gray.length);
  for (let i = 0; i < gray.length; i++) pixels[i] = levels[gray[i] as number] as number;
  context.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
}

/** For each gray level its pixel: the same in three channels, opaque, in the byte order of every current platform. */
function shownLevels({ level, window: width, inverted }: Windowing): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, gray) => {
    const spread = Math.min(255, Math.max(0, ((gray - level) / width + 0.5) * 255));
    const shown = Math.round(inverted ? 255 - spread : spread);
    return 0xff000000 | (shown << 16) | (shown << 8) | shown;
  });
}
