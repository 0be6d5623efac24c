/** A grayscale image: row-major, 0 (black) to 255 (white), upright (its EXIF orientation already applied). */
export interface GrayImage {
  width: number;
  height: number;
  /** [height × width], 0 to 255; 16-bit sources keep their fractions. */
  data: Float32Array;
}
