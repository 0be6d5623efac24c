/** libjpeg-turbo compiled to WebAssembly, decoder only. The package ships no types. */
declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs" {
  export interface JpegFrameInfo {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned: boolean;
  }
  export interface JpegDecoder {
    /** A view of wasm memory to write the file into. */
    getEncodedBuffer(sizeBytes: number): Uint8Array;
    /** Throws a number (a C++ exception) on any error and on any warning of libjpeg. */
    decode(): void;
    getFrameInfo(): JpegFrameInfo;
    /** A view of wasm memory: copy it before the next call. [height × width × components] */
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  }
  export interface JpegCodec {
    JPEGDecoder: new () => JpegDecoder;
  }
  export default function createCodec(options?: {
    wasmBinary?: ArrayBuffer;
    print?: (text: string) => void;
    printErr?: (text: string) => void;
  }): Promise<JpegCodec>;
}
