import { emscriptenOptions, loadCodec } from "./codecs";
import { ColourMeter } from "./colour-meter";
import { applyOrientation } from "./exif-orientation";
import { corrupt, requireReasonableSize } from "./image-errors";
import { luminance } from "./luminance";
import { pictureToRadiograph } from "./picture-to-radiograph";
import type { Radiograph } from "./radiograph";
import { readWebpHeader } from "./webp-header";

/** The decoder holds four bytes a pixel twice. */
const mostPixels = 32_000_000;

/**
 * Still WebP, lossy and lossless. Transparency is laid over black.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE, and loadCodec's
 */
export async function decodeWebp(bytes: Uint8Array): Promise<Radiograph> {
  const { width, height, orientation } = readWebpHeader(bytes);
  requireReasonableSize(width, height, mostPixels);
  const decode = await loadCodec({ title: "WebP", file: "webp_dec.wasm", start: prepareDecoder });
  const rgba = await decode(bytes);
  if (rgba?.width !== width || rgba.height !== height)
    throw corrupt("its WebP data cannot be decoded to the end");
  const { data, colour } = toGray(rgba.data, width * height);
  return pictureToRadiograph("WebP", applyOrientation({ width, height, data }, orientation), colour);
}

type Decode = (bytes: Uint8Array) => Promise<ImageData | null>;

/**
 * libwebp 1.1, compiled once and started anew for each picture: it gives its memory back, and a picture that
 * damages the memory of this version's decoder harms no other.
 */
async function prepareDecoder(wasmBinary: ArrayBuffer): Promise<Decode> {
  const [module, { default: createModule }] = await Promise.all([
    WebAssembly.compile(wasmBinary),
    import("@jsquash/webp/codec/dec/webp_dec.js"),
  ]);
  return async (bytes) => {
    try {
      const decoder = await createModule({
        ...emscriptenOptions(wasmBinary),
        instantiateWasm(imports: WebAssembly.Imports, use: (instance: WebAssembly.Instance) => void) {
          const instance = new WebAssembly.Instance(module, imports);
          use(instance);
          return instance.exports;
        },
      });
      return decoder.decode(bytes);
    } catch (cause) {
      throw corrupt("its WebP data cannot be decoded to the end", cause);
    }
  };
}

/** [n × 4] RGBA → [n] */
function toGray(rgba: Uint8ClampedArray, pixels: number): { data: Uint8Array<ArrayBuffer>; colour: number } {
  const data = new Uint8Array(pixels);
  const meter = new ColourMeter();
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * 4;
    const red = rgba[at] as number;
    const green = rgba[at + 1] as number;
    const blue = rgba[at + 2] as number;
    const opacity = (rgba[at + 3] as number) / 255;
    data[pixel] = Math.round(luminance(red, green, blue) * opacity);
    meter.add(red * opacity, green * opacity, blue * opacity);
  }
  return { data, colour: meter.mean(pixels) };
}
