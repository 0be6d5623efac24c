import type { JpegCodec } from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import { describeError, PneumoscopeError } from "@/lib/errors";

/**
 * What a page must serve, all in one folder, for every format to be read in it: package file → name.
 * Node needs none of it: there each codec finds its file in its own package.
 */
export const codecRuntimeFiles = [
  {
    path: "node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm_decode.wasm",
    name: "libjpegturbowasm_decode.wasm",
  },
  {
    path: "node_modules/@cornerstonejs/codec-charls/dist/charlswasm_decode.wasm",
    name: "charlswasm_decode.wasm",
  },
  {
    path: "node_modules/@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode.wasm",
    name: "openjpegwasm_decode.wasm",
  },
  { path: "node_modules/@cornerstonejs/codec-openjph/dist/openjphjs.wasm", name: "openjphjs.wasm" },
] as const;

type CodecFile = (typeof codecRuntimeFiles)[number]["name"];

let baseUrl: string | undefined;
const running = new Map<string, Promise<unknown>>();

/**
 * Says where a browser finds the codecs' WebAssembly. Call it before the first image; Node needs no call.
 * @param options.baseUrl address of the folder with codecRuntimeFiles, ending in a slash, for example /runtime/
 */
export function configureCodecs(options: { baseUrl: string }): void {
  baseUrl = options.baseUrl;
  running.clear();
}

/**
 * A codec that is fetched and started when a file first needs it, and once only. A failed start is tried again on
 * the next call.
 * @param codec.title what a message calls it: "JPEG"
 * @param codec.start gets the file's bytes in a browser and nothing in Node
 * @throws NETWORK_FAILED where the configured folder gives no file, BACKEND_UNAVAILABLE where it does not start
 */
export function loadCodec<T>(codec: {
  title: string;
  file: CodecFile;
  start: (wasmBinary: ArrayBuffer | undefined) => Promise<T>;
}): Promise<T> {
  const known = running.get(codec.file);
  if (known) return known as Promise<T>;
  const started = startCodec(codec).catch((error: unknown) => {
    running.delete(codec.file);
    throw error;
  });
  running.set(codec.file, started);
  return started;
}

async function startCodec<T>(codec: {
  title: string;
  file: CodecFile;
  start: (wasmBinary: ArrayBuffer | undefined) => Promise<T>;
}): Promise<T> {
  const wasmBinary = baseUrl === undefined ? undefined : await fetchWasm(codec.title, baseUrl + codec.file);
  try {
    return await codec.start(wasmBinary);
  } catch (cause) {
    throw new PneumoscopeError(
      "BACKEND_UNAVAILABLE",
      `The ${codec.title} decoder did not start: ${describeError(cause)}. ` +
        "In a browser, configureCodecs must name its folder.",
      {
        cause,
        userMessage: `This browser could not start the ${codec.title} decoder. Update the browser or use a PNG file.`,
      },
    );
  }
}

async function fetchWasm(title: string, url: string): Promise<ArrayBuffer> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.arrayBuffer();
  } catch (cause) {
    throw new PneumoscopeError(
      "NETWORK_FAILED",
      `The ${title} decoder could not be fetched from ${url}: ${describeError(cause)}.`,
      {
        cause,
        userMessage: `The ${title} decoder could not be loaded. Check the connection and try again.`,
      },
    );
  }
}

const silent = () => undefined;

/** What emscripten's modules take: the file's bytes where it is given them, and no output on the console. */
export function emscriptenOptions(wasmBinary: ArrayBuffer | undefined) {
  return { ...(wasmBinary ? { wasmBinary } : {}), print: silent, printErr: silent };
}

/** libjpeg-turbo. @throws loadCodec's */
export function loadJpegCodec(): Promise<JpegCodec> {
  return loadCodec({
    title: "JPEG",
    file: "libjpegturbowasm_decode.wasm",
    start: async (wasmBinary) => {
      const { default: createCodec } = await import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs");
      return createCodec(emscriptenOptions(wasmBinary));
    },
  });
}
