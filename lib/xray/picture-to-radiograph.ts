import type { Radiograph } from "./radiograph";
import { valueRange } from "./value-range";

/**
 * A picture without a word about itself: black is 0, white 65,535 for 16-bit values and 255 for all others.
 * @param image [height × width]; floating-point values are 0 to 255 with fractions
 * @param colour see Radiograph
 */
export function pictureToRadiograph(
  format: Exclude<Radiograph["format"], "DICOM">,
  image: {
    width: number;
    height: number;
    data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  },
  colour: number,
): Radiograph {
  const white = image.data instanceof Uint16Array ? 65_535 : 255;
  return {
    format,
    width: image.width,
    height: image.height,
    values: image.data,
    ...valueRange(image.data),
    voi: { kind: "window", center: white / 2, width: white, shape: "linear-exact" },
    presets: [],
    inverted: false,
    pixelAspect: 1,
    frame: 0,
    frameCount: 1,
    colour,
    dicom: null,
  };
}
