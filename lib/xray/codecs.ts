import type { JpegCodec } from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { readNodeModule } from "./read-node-module";
import { limitMemory } from "./wasm-memory";

/**
 * The codecs' WebAssembly: package file → name. A page serves them all in one folder; Node reads them where they are.
 * `memoryMb` is the most that the codec may hold: a file that asks for more is refused instead of taking the tab down.
 */
export const codecRuntimeFiles = [
  {
    path: "node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm_decode.wasm",
    name: "libjpegturbowasm_decode.wasm",
    memoryMb: 1024,
  },
  {
    path: "node_modules/@cornerstonejs/codec-charls/dist/charlswasm_decode.wasm",
    name: "charlswasm_decode.wasm",
    memoryMb: 384,
  },
  {
    path: "node_modules/@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode.wasm",
    name: "openjpegwasm_decode.wasm",
    memoryMb: 384,
  },
  {
    path: "node_modules/@cornerstonejs/codec-openjph/dist/openjphjs.wasm",
    name: "openjphjs.wasm",
    memoryMb: 384,
  },
  {
    path: "node_modules/dcmjs-codecs/build/dcmjs-native-codecs.wasm",
    name: "dcmjs-native-codecs.wasm",
    memoryMb: 384,
  },
  { path: "node_modules/@jsquash/webp/codec/dec/webp_dec.wasm", name: "webp_dec.wasm", memoryMb: 384 },
] as const;

export type CodecFile = (typeof codecRuntimeFiles)[number]["name"];

interface Codec<T> {
  /** What a message calls it: "JPEG". */
  title: string;
  file: CodecFile;
  start: (wasmBinary: ArrayBuffer) => Promise<T>;
}

let baseUrl: string | undefined;
const running = new Map<CodecFile, Promise<unknown>>();

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
 * @throws NETWORK_FAILED where the codec's file cannot be had, BACKEND_UNAVAILABLE where it does not start
 */
export function loadCodec<T>(codec: Codec<T>): Promise<T> {
  const known = running.get(codec.file);
  if (known) return known as Promise<T>;
  const started = startCodec(codec).catch((error: unknown) => {
    running.delete(codec.file);
    throw error;
  });
  running.set(codec.file, started);
  return started;
}

/** Lets go of a codec that crashed or holds much memory (WebAssembly gives none back): the next use starts afresh. */
export function dropCodec(file: CodecFile): void {
  running.delete(file);
}

async function startCodec<T>({ title, file, start }: Codec<T>): Promise<T> {
  const wasmBinary = await readCodecFile(title, file);
  try {
    return await start(wasmBinary);
  } catch (cause) {
    throw new PneumoscopeError(
      "BACKEND_UNAVAILABLE",
      `The ${title} decoder did not start: ${describeError(cause)}. Update the browser or convert the file.`,
      { cause },
    );
  }
}

async function readCodecFile(title: string, name: CodecFile): Promise<ArrayBuffer> {
  const file = codecRuntimeFiles.find((candidate) => candidate.name === name);
  if (!file) throw new Error(`${name} is not among codecRuntimeFiles`);
  const source = baseUrl === undefined ? file.path : baseUrl + name;
  try {
    const bytes = baseUrl === undefined ? await readNodeModule(file.path) : await fetchBytes(source);
    return limitMemory(bytes, file.memoryMb);
  } catch (cause) {
    throw new PneumoscopeError(
      "NETWORK_FAILED",
      `The ${title} decoder could not be read from ${source}: ${describeError(cause)}. ` +
        "In a browser, configureCodecs must name its folder.",
      {
        cause,
        userMessage: `The ${title} decoder could not be loaded. Check the connection and try again.`,
      },
    );
  }
}

async function fetchBytes(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.arrayBuffer();
}

const silent = () => undefined;

/** What emscripten's modules take: their bytes, and no output on the console. */
export function emscriptenOptions(wasmBinary: ArrayBuffer) {
  return { wasmBinary, print: silent, printErr: silent };
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
