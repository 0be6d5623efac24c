import type { CodecDecoder, CodecFrameInfo } from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import { PneumoscopeError } from "@/lib/errors";
import {
  type CodecFile,
  codecRuntimeFiles,
  dropCodec,
  emscriptenOptions,
  loadCodec,
  loadJpegCodec,
} from "../codecs";
import { corrupt, truncated, unsupported } from "../image-errors";
import {
  type CodestreamHeader,
  isShiftedOrRestarted,
  type JpegFrameHeader,
  readJpeg2000Header,
  readJpegFrameHeader,
  requireWholeTiles,
} from "./codestream-header";
import { decodeRle } from "./decode-rle";
import { unsupportedSyntax } from "./dicom-errors";
import { encapsulatedFrame, nativeFrame } from "./frame-bytes";
import { decodeNativeJpeg } from "./native-codecs";
import type { DicomFile } from "./open-dicom";
import type { PixelFormat } from "./pixel-format";

/** The samples of one frame as they are stored, bits that carry no image still in them. */
export interface Samples {
  /** [height × width × samplesPerPixel] unsigned, colours by pixel. */
  data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  /** Whether colours are still luminance and chrominance. */
  ybr: boolean;
}

/**
 * One frame, decoded by the codec that its transfer syntax names. The codestream's own header must agree with the
 * DICOM header before a decoder sees it.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED, IMAGE_FRAME_NOT_FOUND, DICOM_SYNTAX_UNSUPPORTED, loadCodec's
 */
export async function decodeFrame(file: DicomFile, format: PixelFormat, frame: number): Promise<Samples> {
  const ybr = format.photometric === "YBR_FULL" || format.photometric === "YBR_FULL_422";
  switch (file.syntax.coding) {
    case "native":
      return { data: decodeNative(file, format, frame), ybr };
    case "rle":
      return { data: decodeRleFrame(encapsulatedFrame(file, format, frame), format), ybr };
    case "jpeg":
      return { data: await decodeDctJpeg(file, encapsulatedFrame(file, format, frame), format), ybr: false };
    case "jpeg-lossless":
      return { data: await decodeLosslessJpeg(encapsulatedFrame(file, format, frame), format), ybr };
    case "jpeg-ls":
      return { data: await decodeJpegLs(encapsulatedFrame(file, format, frame), format), ybr };
    case "jpeg-2000":
      return { data: await decodeJpeg2000(encapsulatedFrame(file, format, frame), format), ybr };
    case "htj2k":
      return { data: await decodeHtj2k(encapsulatedFrame(file, format, frame), format), ybr };
    default:
      throw unsupportedSyntax(file.syntax);
  }
}

const sampleCount = ({ rows, columns, samplesPerPixel }: PixelFormat) => rows * columns * samplesPerPixel;

function decodeNative(file: DicomFile, format: PixelFormat, frame: number): Samples["data"] {
  const { bytes, firstBit } = nativeFrame(file, format, frame);
  const pixels = format.rows * format.columns;
  if (format.bitsAllocated === 1) {
    return Uint8Array.from({ length: pixels }, (_, n) => {
      const bit = firstBit + n;
      return ((bytes[bit >> 3] as number) >> (bit & 7)) & 1;
    });
  }
  const words = file.dataSet.elements.x7fe00010?.vr === "OW";
  const ordered = file.bigEndian
    ? swapped(bytes, format.bitsAllocated === 8 ? (words ? 2 : 1) : format.bitsAllocated / 8)
    : bytes;
  if (format.photometric === "YBR_FULL_422") {
    if (format.bitsAllocated !== 8) throw unsupported("it has subsampled colours of 16 bits");
    return spread422(ordered, format);
  }
  const samples = toSamples(ordered, format);
  return format.planar ? interleaved(samples, pixels, 3) : samples;
}

/** Little endian bytes → samples of the allocated size; a copy. */
function toSamples(bytes: Uint8Array, format: PixelFormat): Samples["data"] {
  const length = sampleCount(format);
  return asSamples(bytes.slice(0, (length * format.bitsAllocated) / 8).buffer as ArrayBuffer, format);
}

function asSamples(buffer: ArrayBuffer, format: PixelFormat): Samples["data"] {
  if (format.bitsAllocated === 8) return new Uint8Array(buffer);
  return format.bitsAllocated === 16 ? new Uint16Array(buffer) : new Uint32Array(buffer);
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  if (size === 1) return bytes;
  const result = new Uint8Array(bytes.length);
  for (let at = 0; at + size <= bytes.length; at += size) {
    for (let n = 0; n < size; n++) result[at + n] = bytes[at + size - 1 - n] as number;
  }
  return result;
}

/** All of one colour, then all of the next → colours by pixel. */
function interleaved<T extends Samples["data"]>(planes: T, pixels: number, count: number): T {
  const result = planes.slice() as T;
  for (let plane = 0; plane < count; plane++) {
    for (let pixel = 0; pixel < pixels; pixel++)
      result[pixel * count + plane] = planes[plane * pixels + pixel] as number;
  }
  return result;
}

/** Y1 Y2 Cb Cr → Y1 Cb Cr Y2 Cb Cr: two pixels share their chrominance (PS3.3 C.7.6.3.1.2). */
function spread422(bytes: Uint8Array, { rows, columns }: PixelFormat): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(rows * columns * 3);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    const pair = (pixel >> 1) * 4;
    result[pixel * 3] = bytes[pair + (pixel & 1)] as number;
    result[pixel * 3 + 1] = bytes[pair + 2] as number;
    result[pixel * 3 + 2] = bytes[pair + 3] as number;
  }
  return result;
}

function decodeRleFrame(bytes: Uint8Array, format: PixelFormat): Samples["data"] {
  if (format.bitsAllocated === 1) throw unsupported("it has RLE data of one bit");
  const pixels = format.rows * format.columns;
  const { buffer } = decodeRle(bytes, pixels, format.samplesPerPixel, format.bitsAllocated / 8);
  const samples = asSamples(buffer, format);
  return format.samplesPerPixel === 3 ? interleaved(samples, pixels, 3) : samples;
}

/** Beyond this, a codestream of so many samples a byte declares a size that it cannot hold. */
const mostSamplesPerByte = 5_000;
const alwaysPlausible = 4_000_000;

/** @throws IMAGE_CORRUPT where the codestream contradicts the DICOM header or is far too short for its size */
function requireAgreement(
  what: string,
  header: CodestreamHeader,
  format: PixelFormat,
  codestream?: Uint8Array,
): void {
  const { rows, columns, samplesPerPixel, bitsAllocated } = format;
  const agrees =
    header.width === columns &&
    header.height === rows &&
    header.components === samplesPerPixel &&
    header.bits <= bitsAllocated &&
    bitsAllocated <= 16;
  if (!agrees) {
    throw corrupt(
      `its header says ${columns} × ${rows} pixels of ${samplesPerPixel} × ${bitsAllocated} bits, its ${what} data ` +
        `${header.width} × ${header.height} of ${header.components} × ${header.bits}`,
    );
  }
  const samples = sampleCount(format);
  if (codestream && samples > alwaysPlausible && samples > codestream.length * mostSamplesPerByte) {
    throw corrupt(`${codestream.length} bytes of ${what} data for ${columns} × ${rows} pixels`);
  }
}

function requireWhole(what: string, bytes: Uint8Array, format: PixelFormat): void {
  const header = readJpeg2000Header(bytes);
  requireAgreement(what, header, format, bytes);
  requireWholeTiles(bytes, header.tiles);
}

async function decodeDctJpeg(
  file: DicomFile,
  bytes: Uint8Array,
  format: PixelFormat,
): Promise<Samples["data"]> {
  const header = readJpegFrameHeader(bytes);
  if (header.process > 0xc2)
    throw unsupportedSyntax(file.syntax, "but its data is a JPEG of another process");
  requireAgreement("JPEG", header, format, bytes);
  requireEndMarker(bytes);
  if (header.bits === 12) {
    if (header.components === 3) throw unsupportedSyntax(file.syntax, "in colour with 12 bits");
    return decodeByNative(bytes, { ...format, bitsStored: 12 });
  }
  if (header.bits !== 8) throw unsupportedSyntax(file.syntax, `with ${header.bits} bits`);
  const { JPEGDecoder } = await loadJpegCodec();
  const decoded = runDecoder(
    "JPEG",
    "libjpegturbowasm_decode.wasm",
    new JPEGDecoder(),
    withColourSpace(bytes, header, format),
  );
  return toAllocated(decoded, format);
}

/** libjpeg-turbo takes three colours without a JFIF or Adobe segment for YCbCr; one is added where DICOM says RGB. */
function withColourSpace(
  bytes: Uint8Array,
  header: JpegFrameHeader,
  { photometric }: PixelFormat,
): Uint8Array {
  if (photometric !== "RGB" || header.saysColour) return bytes;
  const adobe = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0];
  const result = new Uint8Array(bytes.length + adobe.length);
  result.set(bytes.subarray(0, 2));
  result.set(adobe, 2);
  result.set(bytes.subarray(2), 2 + adobe.length);
  return result;
}

/** Fragments are padded to an even length, with zeros. @throws IMAGE_TRUNCATED */
function requireEndMarker(bytes: Uint8Array): void {
  let last = bytes.length - 1;
  while (last > 0 && bytes[last] === 0) last--;
  if (bytes[last - 1] !== 0xff || bytes[last] !== 0xd9) throw truncated("its JPEG data has no end marker");
}

async function decodeByNative(bytes: Uint8Array, format: PixelFormat): Promise<Samples["data"]> {
  const { columns: width, rows: height, bitsAllocated, bitsStored, samplesPerPixel } = format;
  const frame = { width, height, bitsAllocated, bitsStored, samplesPerPixel };
  return asSamples((await decodeNativeJpeg(bytes, frame)).buffer, format);
}

async function decodeLosslessJpeg(bytes: Uint8Array, format: PixelFormat): Promise<Samples["data"]> {
  const header = readJpegFrameHeader(bytes);
  if (header.process !== 0xc3) throw corrupt("its pixel data is no lossless JPEG");
  requireAgreement("JPEG", header, format, bytes);
  if (isShiftedOrRestarted(bytes)) return decodeByNative(bytes, format);
  const { Decoder } = await import("jpeg-lossless-decoder-js");
  const decoder = new Decoder();
  try {
    const { buffer, byteOffset, length } = Uint8Array.from(bytes);
    const data = decoder.decode(buffer, byteOffset, length, format.bitsAllocated / 8);
    if (decoder.yLoc < header.height)
      throw truncated(`its JPEG data ends in row ${decoder.yLoc} of ${header.height}`);
    return data as Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  } catch (cause) {
    if (cause instanceof PneumoscopeError) throw cause;
    if (cause instanceof RangeError) throw truncated("its JPEG data ends too early", cause);
    throw corrupt("its lossless JPEG data cannot be decoded", cause);
  }
}

async function decodeJpegLs(bytes: Uint8Array, format: PixelFormat): Promise<Samples["data"]> {
  const header = readJpegFrameHeader(bytes);
  if (header.process !== 0xf7) throw corrupt("its pixel data is no JPEG-LS");
  requireAgreement("JPEG-LS", header, format, bytes);
  const file = "charlswasm_decode.wasm";
  const codec = await loadCodec({
    title: "JPEG-LS",
    file,
    start: async (wasmBinary) => {
      const { default: createCodec } = await import("@cornerstonejs/codec-charls/decodewasmjs");
      return createCodec(emscriptenOptions(wasmBinary));
    },
  });
  const decoder = new codec.JpegLSDecoder();
  let byPlane = false;
  const decoded = runDecoder("JPEG-LS", file, decoder, bytes, () => {
    byPlane = decoder.getInterleaveMode() === 0;
  });
  const samples = toAllocated(decoded, format);
  return byPlane && format.samplesPerPixel === 3
    ? interleaved(samples, format.rows * format.columns, 3)
    : samples;
}

async function decodeJpeg2000(bytes: Uint8Array, format: PixelFormat): Promise<Samples["data"]> {
  requireWhole("JPEG 2000", bytes, format);
  const file = "openjpegwasm_decode.wasm";
  const codec = await loadCodec({
    title: "JPEG 2000",
    file,
    start: async (wasmBinary) => {
      const { default: createCodec } = await import("@cornerstonejs/codec-openjpeg/decodewasmjs");
      return createCodec(emscriptenOptions(wasmBinary));
    },
  });
  return toAllocated(runDecoder("JPEG 2000", file, new codec.J2KDecoder(), bytes), format);
}

async function decodeHtj2k(bytes: Uint8Array, format: PixelFormat): Promise<Samples["data"]> {
  requireWhole("HTJ2K", bytes, format);
  const file = "openjphjs.wasm";
  const codec = await loadCodec({
    title: "HTJ2K",
    file,
    start: async (wasmBinary) => {
      const { default: createCodec } = await import("@cornerstonejs/codec-openjph/wasmjs");
      return createCodec(emscriptenOptions(wasmBinary));
    },
  });
  return toAllocated(runDecoder("HTJ2K", file, new codec.HTJ2KDecoder(), bytes), format);
}

interface Decoded {
  frame: CodecFrameInfo;
  /** A copy. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** WebAssembly memory that a codec may keep; it never gives any back. */
const mostKeptBytes = 192 * 1024 * 1024;

function runDecoder(
  what: string,
  file: CodecFile,
  decoder: CodecDecoder,
  bytes: Uint8Array,
  then: () => void = () => undefined,
): Decoded {
  let memory = 0;
  try {
    const target = decoder.getEncodedBuffer(bytes.length);
    target.set(bytes);
    decoder.decode();
    then();
    const frame = decoder.getFrameInfo();
    const decoded = decoder.getDecodedBuffer();
    memory = decoded.buffer.byteLength;
    return { frame, bytes: Uint8Array.from(decoded) };
  } catch (cause) {
    // A trap or an exception leaves what the codec allocated behind.
    const full = isNearlyFull(decoder, file);
    memory = Number.POSITIVE_INFINITY;
    throw full ? outOfMemory(what, cause) : corrupt(`its ${what} data cannot be decoded to the end`, cause);
  } finally {
    if (memory > mostKeptBytes) dropCodec(file);
    else decoder.delete();
  }
}

/** Whether the memory that the codec may hold was used up, which it says by the same exception as for damage. */
function isNearlyFull(decoder: CodecDecoder, file: CodecFile): boolean {
  const limit = codecRuntimeFiles.find(({ name }) => name === file)?.memoryMb ?? Number.POSITIVE_INFINITY;
  try {
    return decoder.getEncodedBuffer(1).buffer.byteLength > 0.75 * limit * 1024 * 1024;
  } catch {
    return false;
  }
}

function outOfMemory(what: string, cause: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "IMAGE_TOO_LARGE",
    `The image is too large: decoding its ${what} data takes more memory than is allowed. Export it smaller.`,
    { cause },
  );
}

/** The codec's bytes as samples; 8-bit samples are widened where DICOM allocates 16 bits. */
function toAllocated({ frame, bytes }: Decoded, format: PixelFormat): Samples["data"] {
  requireAgreement(
    "decoded",
    { width: frame.width, height: frame.height, components: frame.componentCount, bits: frame.bitsPerSample },
    format,
  );
  const length = sampleCount(format);
  const wide = frame.bitsPerSample > 8;
  if (bytes.length < length * (wide ? 2 : 1)) throw corrupt("its decoded pixel data is too short");
  const samples = wide ? new Uint16Array(bytes.buffer, 0, length) : bytes.subarray(0, length);
  return format.bitsAllocated === 16 && !wide ? Uint16Array.from(samples) : samples;
}
