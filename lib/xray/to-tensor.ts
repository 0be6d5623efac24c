import { imagenet, type Normalisation, normalise } from "./normalise";
import { stretchIntensity } from "./stretch-intensity";

/**
 * The last step from gray levels to model input, for training and serving alike: stretch, then normalise.
 * @param gray [n × size × size], 0 to 255
 * @returns [n, size, size, 3] (NHWC)
 */
export function toTensor(
  gray: Uint8Array | Float32Array,
  size: number,
  normalisation: Normalisation = imagenet,
): Float32Array {
  return normalise(stretchIntensity(gray, size), size, normalisation);
}
