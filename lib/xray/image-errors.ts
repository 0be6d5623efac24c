import { PneumoscopeError } from "@/lib/errors";

export const accepted =
  "Accepted formats: DICOM, JPEG, PNG, WebP, BMP and TIFF, also in folders and ZIP archives.";

export function truncated(what: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "IMAGE_TRUNCATED",
    `The image is cut off: ${what}. Copy or export the file again.`,
    cause === undefined ? {} : { cause },
  );
}

export function corrupt(what: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "IMAGE_CORRUPT",
    `The image is damaged: ${what}. Export the file again.`,
    cause === undefined ? {} : { cause },
  );
}

export function unsupported(what: string): PneumoscopeError {
  return new PneumoscopeError("IMAGE_UNSUPPORTED", `The image cannot be read: ${what}. ${accepted}`);
}

/** 64 megapixels and 16,384 a side: far above any radiograph, far below what exhausts a tab. */
const mostPixels = 64_000_000;
const longestSide = 16_384;

/**
 * Refuses a size before anything is allocated for it.
 * @param most pixels, where a format takes less
 * @throws IMAGE_TOO_LARGE, or IMAGE_CORRUPT where a side is zero
 */
export function requireReasonableSize(width: number, height: number, most = mostPixels): void {
  if (width === 0 || height === 0) throw corrupt(`its header says ${width} × ${height} pixels`);
  if (width <= longestSide && height <= longestSide && width * height <= most) return;
  throw new PneumoscopeError(
    "IMAGE_TOO_LARGE",
    `The image is too large: ${width} × ${height} pixels; at most ${longestSide} a side and ` +
      `${most / 1e6} megapixels are read. Scale it down first.`,
  );
}

/** @throws IMAGE_FRAME_NOT_FOUND unless `frame` is a whole number from 0 to frameCount − 1 */
export function requireFrame(frame: number, frameCount: number): void {
  if (Number.isInteger(frame) && frame >= 0 && frame < frameCount) return;
  throw new PneumoscopeError(
    "IMAGE_FRAME_NOT_FOUND",
    `The file has no frame ${frame + 1}: it has ${frameCount}. Choose another frame.`,
  );
}
