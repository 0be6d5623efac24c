/** EXIF's eight orientations: 1 upright, 2 mirrored, 3 upside down, 4 flipped, 5 to 8 the same with sides swapped. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const orientationTag = 0x0112;
const shortType = 3;

/**
 * The orientation tag of a TIFF block, which is what EXIF stores (JPEG's APP1 after "Exif\0\0", PNG's eXIf).
 * @returns 1 where the block is absent, malformed or silent about it
 */
export function readOrientation(tiff: Uint8Array | undefined): Orientation {
  if (!tiff || tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (view.getUint16(2, little) !== 42 || directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, little) !== orientationTag || view.getUint16(at + 2, little) !== shortType)
      continue;
    const value = view.getUint16(at + 8, little);
    return isOrientation(value) ? value : 1;
  }
  return 1;
}

function isOrientation(value: number): value is Orientation {
  return value >= 1 && value <= 8;
}

/** Turns an image upright, whatever the type of its samples. @returns the same image where nothing is to be done */
export function applyOrientation<T extends Uint8Array | Uint16Array | Int16Array | Float32Array>(
  image: { width: number; height: number; data: T },
  orientation: Orientation,
): { width: number; height: number; data: T } {
  if (orientation === 1) return image;
  const swapped = orientation >= 5;
  const width = swapped ? image.height : image.width;
  const height = swapped ? image.width : image.height;
  const fromRight = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const fromBottom = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  const data = image.data.slice() as T;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const column = swapped ? y : x;
      const row = swapped ? x : y;
      const sourceX = fromRight ? image.width - 1 - column : column;
      const sourceY = fromBottom ? image.height - 1 - row : row;
      data[y * width + x] = image.data[sourceY * image.width + sourceX] as number;
    }
  }
  return { width, height, data };
}
