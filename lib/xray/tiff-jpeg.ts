import { corrupt } from "./image-errors";
import type { TiffPage } from "./tiff-directory";

const yCbCr = 6;

/**
 * A strip or tile compressed as JPEG → a JPEG file: the page's shared tables go in front of it, with Adobe's
 * marker, which tells a decoder whether the colours are YCbCr (TIFF Technical Note 2).
 */
export function jpegFileOf(page: TiffPage, block: Uint8Array): Uint8Array {
  if (block[0] !== 0xff || block[1] !== 0xd8) throw corrupt("a block of the TIFF is no JPEG");
  const tables = page.jpegTables.subarray(2, Math.max(2, page.jpegTables.length - 2));
  const transform = page.photometric === yCbCr ? 1 : 0;
  const adobe = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform];
  const marker = page.samplesPerPixel === 3 ? adobe : [];
  const file = new Uint8Array(2 + marker.length + tables.length + block.length - 2);
  file.set([0xff, 0xd8, ...marker]);
  file.set(tables, 2 + marker.length);
  file.set(block.subarray(2), 2 + marker.length + tables.length);
  return file;
}
