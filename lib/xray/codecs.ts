import createCodec, { type JpegCodec } from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import { describeError, PneumoscopeError } from "@/lib/errors";

/**
 * What a page must serve for decodeImage to work in it: package file → name under its runtime folder.
 * Node needs none of it: there the codec finds its file in its own package.
 */
export const codecRuntimeFiles = [
  {
    from: "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm",
    path: "node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm_decode.wasm",
    name: "libjpegturbowasm_decode.wasm",
  },
] as const;

let jpegWasmUrl: string | undefined;
let jpegCodec: Promise<JpegCodec> | undefined;

/**
 * Says where a browser finds the codecs' WebAssembly. Call it before the first decodeImage; Node needs no call.
 * @param options.jpegWasmUrl address of codecRuntimeFiles' file, for example /runtime/libjpegturbowasm_decode.wasm
 */
export function configureCodecs(options: { jpegWasmUrl: string }): void {
  jpegWasmUrl = options.jpegWasmUrl;
  jpegCodec = undefined;
}

/**
 * The JPEG codec, loaded once. A failed load is tried again on the next call.
 * @throws NETWORK_FAILED where the configured address gives no file, BACKEND_UNAVAILABLE where it does not start
 */
export function loadJpegCodec(): Promise<JpegCodec> {
  jpegCodec ??= startJpegCodec().catch((error: unknown) => {
    jpegCodec = undefined;
    throw error;
  });
  return jpegCodec;
}

async function startJpegCodec(): Promise<JpegCodec> {
  const wasmBinary = jpegWasmUrl === undefined ? undefined : await fetchWasm(jpegWasmUrl);
  try {
    const silent = () => undefined;
    return await createCodec({ ...(wasmBinary ? { wasmBinary } : {}), print: silent, printErr: silent });
  } catch (cause) {
    throw new PneumoscopeError(
      "BACKEND_UNAVAILABLE",
      `The JPEG decoder did not start: ${describeError(cause)}. In a browser, configureCodecs must name its file.`,
      {
        cause,
        userMessage: "This browser could not start the JPEG decoder. Update the browser or use a PNG file.",
      },
    );
  }
}

async function fetchWasm(url: string): Promise<ArrayBuffer> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.arrayBuffer();
  } catch (cause) {
    throw new PneumoscopeError(
      "NETWORK_FAILED",
      `The JPEG decoder could not be fetched from ${url}: ${describeError(cause)}.`,
      { cause, userMessage: "The JPEG decoder could not be loaded. Check the connection and try again." },
    );
  }
}
