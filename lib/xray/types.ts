/** A grayscale image: row-major, 8-bit range 0 (black) to 255 (white), as decoded, in file orientation. */
export interface GrayImage {
  width: number;
  height: number;
  /** [height × width], 0 to 255; 16-bit sources keep their fractions. */
  data: Float32Array;
}
