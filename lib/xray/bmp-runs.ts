import type { BmpHeader } from "./bmp-header";
import { corrupt, truncated } from "./image-errors";

/**
 * Run-length coded indices of 4 or 8 bits (BI_RLE4, BI_RLE8). Pixels that the code jumps over have colour 0.
 * @returns [height × width], from the top
 */
export function expandBmpRuns(
  { width, height, coding }: BmpHeader,
  code: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const indices = new Uint8Array(width * height);
  const small = coding === "rle4";
  let x = 0;
  let y = 0;
  const put = (index: number) => {
    if (x >= width || y >= height) throw corrupt("a run of the BMP leaves its row");
    indices[(height - 1 - y) * width + x++] = index;
  };
  const nibble = (byte: number, n: number) => (n % 2 === 0 ? byte >> 4 : byte & 15);
  for (let at = 0; ; ) {
    if (at + 2 > code.length) throw truncated("the runs of the BMP do not end");
    const count = code[at] as number;
    const value = code[at + 1] as number;
    at += 2;
    if (count > 0) {
      for (let n = 0; n < count; n++) put(small ? nibble(value, n) : value);
    } else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) {
      return indices;
    } else if (value === 2) {
      if (at + 2 > code.length) throw truncated("the runs of the BMP do not end");
      x += code[at] as number;
      y += code[at + 1] as number;
      at += 2;
    } else {
      const bytes = small ? Math.ceil(value / 2) : value;
      if (at + bytes > code.length) throw truncated("the runs of the BMP do not end");
      for (let n = 0; n < value; n++)
        put(small ? nibble(code[at + (n >> 1)] as number, n) : (code[at + n] as number));
      at += bytes + (bytes % 2);
    }
  }
}
