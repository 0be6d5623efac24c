// Codecs compiled to WebAssembly with emscripten. The packages ship no types.

interface EmscriptenOptions {
  wasmBinary?: ArrayBuffer;
  print?: (text: string) => void;
  printErr?: (text: string) => void;
}

interface CodecFrameInfo {
  width: number;
  height: number;
  bitsPerSample: number;
  componentCount: number;
  isSigned: boolean;
}

interface CodecDecoder {
  /** A view of wasm memory to write the file into. */
  getEncodedBuffer(sizeBytes: number): Uint8Array;
  /** Throws a number (a C++ exception) on any error; libjpeg-turbo also on any warning. */
  decode(): void;
  getFrameInfo(): CodecFrameInfo;
  /** A view of wasm memory: copy it before the next call. [height × width × components] in 1 or 2 bytes */
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

interface CodecEncoder {
  /** A view of wasm memory to write samples into. */
  getDecodedBuffer(frame: CodecFrameInfo): Uint8Array;
  encode(): void;
  /** A view of wasm memory. */
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs" {
  export type { CodecDecoder, CodecFrameInfo };
  export interface JpegCodec {
    JPEGDecoder: new () => CodecDecoder;
  }
  export default function createCodec(options?: EmscriptenOptions): Promise<JpegCodec>;
}

declare module "@cornerstonejs/codec-charls/decodewasmjs" {
  export interface JpegLsDecoder extends CodecDecoder {
    /** 0 by component, 1 by line, 2 by sample. */
    getInterleaveMode(): number;
  }
  export interface JpegLsCodec {
    JpegLSDecoder: new () => JpegLsDecoder;
  }
  export default function createCodec(options?: EmscriptenOptions): Promise<JpegLsCodec>;
}

declare module "@cornerstonejs/codec-charls/wasmjs" {
  export interface JpegLsEncoder extends CodecEncoder {
    setNearLossless(most: number): void;
    setInterleaveMode(mode: number): void;
  }
  export default function createCodec(
    options?: EmscriptenOptions,
  ): Promise<{ JpegLSEncoder: new () => JpegLsEncoder }>;
}

declare module "@cornerstonejs/codec-openjpeg/decodewasmjs" {
  export interface Jpeg2000Codec {
    J2KDecoder: new () => CodecDecoder;
  }
  export default function createCodec(options?: EmscriptenOptions): Promise<Jpeg2000Codec>;
}

declare module "@cornerstonejs/codec-openjpeg/wasmjs" {
  export interface Jpeg2000Encoder extends CodecEncoder {
    setQuality(lossless: boolean, ratio: number): void;
  }
  export default function createCodec(
    options?: EmscriptenOptions,
  ): Promise<{ J2KEncoder: new () => Jpeg2000Encoder }>;
}

declare module "@cornerstonejs/codec-openjph/wasmjs" {
  export interface Htj2kDecoder extends CodecDecoder {
    readHeader(): void;
  }
  export interface Htj2kEncoder extends Omit<CodecEncoder, "getDecodedBuffer"> {
    getDecodedBuffer(frame: CodecFrameInfo & { isUsingColorTransform: boolean }): Uint8Array;
    setQuality(lossless: boolean, quantizationStep: number): void;
    setProgressionOrder(order: number): void;
    setDecompositions(count: number): void;
  }
  export interface Htj2kCodec {
    HTJ2KDecoder: new () => Htj2kDecoder;
    HTJ2KEncoder: new () => Htj2kEncoder;
  }
  export default function createCodec(options?: EmscriptenOptions): Promise<Htj2kCodec>;
}
