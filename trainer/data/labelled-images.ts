/** Images in memory, in the 8-bit form that serving starts from too. */
export interface LabelledImages {
  /** n images of size × size, row-major, 0 to 255, one after the other. */
  gray: Uint8Array;
  /** [n], 0 NORMAL, 1 PNEUMONIA. */
  labels: Uint8Array;
}
