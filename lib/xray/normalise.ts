/** Per channel, on the 0 to 1 scale, in the order red, green, blue. */
export interface Normalisation {
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

/** The statistics that ImageNet models are trained with, as in torchvision. */
export const imagenet: Normalisation = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/**
 * Gray levels → model input: (level / 255 − mean) / std, the gray repeated in three channels.
 * @param gray [n × size × size], 0 to 255; one or more images in a row
 * @returns [n, size, size, 3] (NHWC)
 * @throws RangeError where the length is not a multiple of size²
 */
export function normalise(
  gray: Uint8Array | Float32Array,
  size: number,
  { mean, std }: Normalisation = imagenet,
): Float32Array {
  if (gray.length === 0 || gray.length % (size * size) !== 0) {
    throw new RangeError(`normalise: ${gray.length} levels are not whole images of ${size} × ${size}`);
  }
  const tensor = new Float32Array(gray.length * 3);
  for (let pixel = 0; pixel < gray.length; pixel++) {
    const level = (gray[pixel] as number) / 255;
    tensor[pixel * 3] = (level - mean[0]) / std[0];
    tensor[pixel * 3 + 1] = (level - mean[1]) / std[1];
    tensor[pixel * 3 + 2] = (level - mean[2]) / std[2];
  }
  return tensor;
}
