import { PneumoscopeError } from "@/lib/errors";
import { dropCodec, loadCodec } from "../codecs";
import { corrupt } from "../image-errors";

/** The functions of dcmjs-codecs' module that are used. Numbers are addresses where they are called a context. */
interface NativeExports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  CreateCodecsContext(): number;
  ReleaseCodecsContext(context: number): void;
  SetColumns(context: number, value: number): void;
  SetRows(context: number, value: number): void;
  SetBitsAllocated(context: number, value: number): void;
  SetBitsStored(context: number, value: number): void;
  SetSamplesPerPixel(context: number, value: number): void;
  SetPixelRepresentation(context: number, value: number): void;
  SetPlanarConfiguration(context: number, value: number): void;
  SetPhotometricInterpretation(context: number, value: number): void;
  SetEncodedBufferSize(context: number, value: number): void;
  GetEncodedBuffer(context: number): number;
  GetEncodedBufferSize(context: number): number;
  SetDecodedBufferSize(context: number, value: number): void;
  GetDecodedBuffer(context: number): number;
  GetDecodedBufferSize(context: number): number;
  CreateDecoderParameters(): number;
  ReleaseDecoderParameters(parameters: number): void;
  SetConvertColorspaceToRgb(parameters: number, value: number): void;
  DecodeJpeg(context: number, parameters: number): void;
  CreateEncoderParameters(): number;
  ReleaseEncoderParameters(parameters: number): void;
  SetLossy(parameters: number, value: number): void;
  SetQuality(parameters: number, value: number): void;
  SetPredictor(parameters: number, value: number): void;
  SetPointTransform(parameters: number, value: number): void;
  SetSampleFactor(parameters: number, value: number): void;
  SetAllowedLossyError(parameters: number, value: number): void;
  SetProgressionOrder(parameters: number, value: number): void;
  SetRate(parameters: number, value: number): void;
  SetAllowMct(parameters: number, value: number): void;
  EncodeRle(context: number, parameters: number): void;
  EncodeJpeg(context: number, parameters: number): void;
  EncodeJpegLs(context: number, parameters: number): void;
  EncodeJpeg2000(context: number, parameters: number): void;
  EncodeHtJpeg2000(context: number, parameters: number): void;
}

export interface NativeCodecs {
  exports: NativeExports;
  /** What the codecs said since this was last emptied; they report damage here and go on. */
  messages: string[];
}

export interface NativeFrame {
  width: number;
  height: number;
  bitsAllocated: number;
  bitsStored: number;
  samplesPerPixel: number;
}

const monochrome2 = 1;
const rgb = 3;

/**
 * The Independent JPEG Group's decoder for up to 16 bits, as built for dcmjs-codecs. Started by hand: the package's own
 * entry brings a second DICOM library with it.
 * @throws loadCodec's
 */
export function loadNativeCodecs(): Promise<NativeCodecs> {
  return loadCodec({ title: "12-bit JPEG", file: "dcmjs-native-codecs.wasm", start: startNativeCodecs });
}

/** @param wasmBinary dcmjs-codecs/build/dcmjs-native-codecs.wasm */
export async function startNativeCodecs(wasmBinary: ArrayBuffer): Promise<NativeCodecs> {
  const messages: string[] = [];
  let exports: NativeExports | undefined;
  const view = () => new DataView((exports as NativeExports).memory.buffer);
  const text = (at: number, length: number) =>
    String.fromCharCode(...new Uint8Array((exports as NativeExports).memory.buffer, at, length));
  const success = () => 0;
  const { instance } = await WebAssembly.instantiate(wasmBinary, {
    env: {
      emscripten_notify_memory_growth: () => undefined,
      onCodecsTrace: () => undefined,
      onCodecsInfo: (at: number, length: number) => void messages.push(text(at, length)),
      onCodecsException: (at: number, length: number) => {
        throw new Error(text(at, length));
      },
    },
    wasi_snapshot_preview1: {
      environ_get: success,
      environ_sizes_get: (count: number, size: number) => {
        view().setUint32(count, 0, true);
        view().setUint32(size, 0, true);
        return 0;
      },
      clock_time_get: success,
      fd_close: success,
      fd_seek: success,
      fd_write: (_file: number, parts: number, count: number, written: number) => {
        let sum = 0;
        for (let n = 0; n < count; n++) sum += view().getUint32(parts + n * 8 + 4, true);
        view().setUint32(written, sum, true);
        return 0;
      },
      proc_exit: (code: number) => {
        throw new Error(`the codec ended with ${code}`);
      },
    },
  });
  exports = instance.exports as unknown as NativeExports;
  exports._initialize();
  return { exports, messages };
}

/** A context for one frame; release it with ReleaseCodecsContext. */
export function createContext({ exports }: NativeCodecs, frame: NativeFrame): number {
  const context = exports.CreateCodecsContext();
  exports.SetColumns(context, frame.width);
  exports.SetRows(context, frame.height);
  exports.SetBitsAllocated(context, frame.bitsAllocated);
  exports.SetBitsStored(context, frame.bitsStored);
  exports.SetSamplesPerPixel(context, frame.samplesPerPixel);
  exports.SetPixelRepresentation(context, 0);
  exports.SetPlanarConfiguration(context, 0);
  exports.SetPhotometricInterpretation(context, frame.samplesPerPixel === 3 ? rgb : monochrome2);
  return context;
}

/**
 * A JPEG by the Independent JPEG Group's decoder, strictly: what libjpeg calls corrupt or premature counts as damage.
 * @returns [height × width × samplesPerPixel], little endian, in the allocated size
 * @throws IMAGE_CORRUPT, and loadCodec's
 */
export async function decodeNativeJpeg(
  bytes: Uint8Array,
  frame: NativeFrame,
): Promise<Uint8Array<ArrayBuffer>> {
  const codecs = await loadNativeCodecs();
  const { exports, messages } = codecs;
  messages.length = 0;
  try {
    const context = createContext(codecs, frame);
    exports.SetEncodedBufferSize(context, bytes.length);
    new Uint8Array(exports.memory.buffer).set(bytes, exports.GetEncodedBuffer(context));
    const parameters = exports.CreateDecoderParameters();
    exports.SetConvertColorspaceToRgb(parameters, 0);
    exports.DecodeJpeg(context, parameters);
    const damage = messages.find((message) => /corrupt|premature|invalid|bogus|inconsistent/i.test(message));
    if (damage) throw new Error(damage.replace(/^.*::/, ""));
    const expected = (frame.width * frame.height * frame.samplesPerPixel * frame.bitsAllocated) / 8;
    const length = exports.GetDecodedBufferSize(context);
    if (length < expected) throw new Error(`${length} of ${expected} bytes came out`);
    const at = exports.GetDecodedBuffer(context);
    const data = new Uint8Array(exports.memory.buffer.slice(at, at + expected));
    exports.ReleaseDecoderParameters(parameters);
    exports.ReleaseCodecsContext(context);
    return data;
  } catch (cause) {
    // An exception leaves what the codec allocated behind.
    dropCodec("dcmjs-native-codecs.wasm");
    if (cause instanceof PneumoscopeError) throw cause;
    throw corrupt("its JPEG data cannot be decoded to the end", cause);
  } finally {
    messages.length = 0;
  }
}
