import { PneumoscopeError } from "@/lib/errors";
import { decodeJpeg } from "./decode-jpeg";
import { decodePng } from "./decode-png";
import { accepted, unsupported } from "./image-errors";
import { pngSignature } from "./png-chunks";
import type { GrayImage } from "./types";

/**
 * Image file bytes → grayscale. The same code and the same libjpeg-turbo build run in the browser, the trainer
 * and the commands, so the same file gives the same levels everywhere. The type is told from the content.
 * Colour becomes gray by Pillow's formula, EXIF orientation is applied, transparency is laid over black.
 * The size is read from the header and judged before anything is decoded.
 * In a browser, call configureCodecs first.
 * @throws IMAGE_EMPTY, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE, IMAGE_TRUNCATED, IMAGE_CORRUPT
 */
export async function decodeImage(bytes: Uint8Array): Promise<GrayImage> {
  if (bytes.length === 0) {
    throw new PneumoscopeError("IMAGE_EMPTY", `The file is empty (zero bytes). Choose another. ${accepted}`);
  }
  if (startsWith(bytes, [0xff, 0xd8])) return decodeJpeg(bytes);
  if (startsWith(bytes, pngSignature)) return decodePng(bytes);
  const name = otherFormat(bytes);
  throw unsupported(name ? `it is a ${name} file` : "it is neither a JPEG nor a PNG file");
}

/** A file shorter than the signature counts when it is the beginning of one. */
function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.slice(0, bytes.length).every((byte, index) => bytes[index] === byte);
}

/** What people drop by mistake, so that the message can name it. */
function otherFormat(bytes: Uint8Array): string | undefined {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(128, 132) === "DICM") return "DICOM";
  if (text(0, 4) === "%PDF") return "PDF";
  if (text(0, 3) === "GIF") return "GIF";
  if (text(0, 2) === "BM") return "BMP";
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return "WebP";
  if (text(0, 4) === "II*\0" || text(0, 4) === "MM\0*") return "TIFF";
  if (text(4, 8) === "ftyp") return "HEIC, AVIF or video";
  if (text(0, 2) === "PK") return "ZIP";
  return undefined;
}
