import { PneumoscopeError } from "@/lib/errors";
import { levelOf } from "./apply-voi";
import { decodeJpeg } from "./decode-jpeg";
import { looksLikeDicom } from "./dicom/looks-like-dicom";
import { accepted, requireFrame, unsupported } from "./image-errors";
import { pngSignature } from "./png-chunks";
import type { Radiograph } from "./radiograph";
import type { GrayImage } from "./types";

/**
 * Image file bytes → what the file holds. The same code and the same builds of the codecs run in the browser, the
 * trainer and the commands, so the same file gives the same values everywhere. The type is told from the content.
 * Colour becomes gray by Pillow's formula, EXIF orientation is applied, transparency is laid over black.
 * Sizes are read from headers and judged before anything is decoded. Each codec is loaded when a file needs it; in a
 * browser, call configureCodecs first.
 * @param options.frame zero-based, of a file with several; others have frame 0 only
 * @throws IMAGE_EMPTY, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE, IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_FRAME_NOT_FOUND,
 * DICOM_WITHOUT_IMAGE, DICOM_SYNTAX_UNSUPPORTED, and loadCodec's
 */
export async function decodeRadiograph(
  bytes: Uint8Array,
  options: { frame?: number } = {},
): Promise<Radiograph> {
  if (bytes.length === 0) {
    throw new PneumoscopeError("IMAGE_EMPTY", `The file is empty (zero bytes). Choose another. ${accepted}`);
  }
  const frame = options.frame ?? 0;
  // Node's Buffer is a Uint8Array whose slice() does not copy; decoders count on a copy.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (looksLikeDicom(plain)) return (await import("./dicom/decode-dicom")).decodeDicom(plain, frame);
  const radiograph = await decodeByContent(plain, frame);
  requireFrame(frame, radiograph.frameCount);
  return radiograph;
}

async function decodeByContent(bytes: Uint8Array, frame: number): Promise<Radiograph> {
  if (startsWith(bytes, [0xff, 0xd8])) return decodeJpeg(bytes);
  if (startsWith(bytes, pngSignature)) return (await import("./decode-png")).decodePng(bytes);
  if (isWebp(bytes)) return (await import("./decode-webp")).decodeWebp(bytes);
  if (startsWith(bytes, bmpSignature)) return (await import("./decode-bmp")).decodeBmp(bytes);
  if (tiffSignatures.some((signature) => startsWith(bytes, signature)))
    return (await import("./decode-tiff")).decodeTiff(bytes, frame);
  const name = otherFormat(bytes);
  throw unsupported(name ? `it is a ${name} file` : "its content is of no known format");
}

/** The gray levels that the file's own window or table gives, inverted where it asks for it: the model's input. */
export function toGrayImage({ width, height, values, voi, inverted }: Radiograph): GrayImage {
  const level = levelOf(voi);
  const gray = (value: number) => (inverted ? 255 - level(value) : level(value));
  const known =
    values.length > 65_536 && !(values instanceof Float32Array) ? tableOf(gray, values) : undefined;
  const data = new Float32Array(values.length);
  if (known) {
    const { first, levels } = known;
    for (let at = 0; at < values.length; at++) data[at] = levels[(values[at] as number) - first] as number;
  } else {
    for (let at = 0; at < values.length; at++) data[at] = gray(values[at] as number);
  }
  return { width, height, data };
}

/** The level of every value that such an array can hold: fewer than a radiograph has pixels. */
function tableOf(gray: (value: number) => number, values: Exclude<Radiograph["values"], Float32Array>) {
  const first = values instanceof Int16Array ? -32_768 : 0;
  const count = values.BYTES_PER_ELEMENT === 1 ? 256 : 65_536;
  return { first, levels: Float32Array.from({ length: count }, (_, n) => gray(first + n)) };
}

const bmpSignature = [0x42, 0x4d];
/** Little and big endian; the second pair is BigTIFF, which is named. */
const tiffSignatures = [
  [0x49, 0x49, 42, 0],
  [0x4d, 0x4d, 0, 42],
  [0x49, 0x49, 43, 0],
  [0x4d, 0x4d, 0, 43],
];

function isWebp(bytes: Uint8Array): boolean {
  return (
    startsWith(bytes, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50])
  );
}

/** A file shorter than the signature counts when it is the beginning of one. */
function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.slice(0, bytes.length).every((byte, index) => bytes[index] === byte);
}

/** What people drop by mistake, so that the message can name it. */
function otherFormat(bytes: Uint8Array): string | undefined {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(0, 4) === "%PDF") return "PDF";
  if (text(0, 3) === "GIF") return "GIF";
  if (text(4, 8) === "ftyp") return "HEIC, AVIF or video";
  if (text(0, 2) === "PK") return "ZIP";
  return undefined;
}
