import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import createCharls from "@cornerstonejs/codec-charls/wasmjs";
import createOpenjpeg from "@cornerstonejs/codec-openjpeg/wasmjs";
import createOpenjph from "@cornerstonejs/codec-openjph/wasmjs";
import { type Fragments, writeDicom } from "@/lib/testing/dicom/write-dicom";
import { readNodeModule } from "../read-node-module";
import { createContext, type NativeCodecs, startNativeCodecs } from "./native-codecs";
import { describeSource, frameBytes, nativeBytes, type Source } from "./sources.fixture";

/** Whether Debian's dcmtk package is installed. */
export const hasDcmtk = spawnSync("dcmcjpeg", ["--version"]).status === 0;

const explicitLittleEndian = "1.2.840.10008.1.2.1";

/** Native pixel data in this syntax, by the writer of the tests. */
export async function encodeNatively(source: Source, syntax: string): Promise<Uint8Array> {
  const bytes = nativeBytes(source, syntax === "1.2.840.10008.1.2.2");
  const vr = source.bitsAllocated === 8 ? "OB" : "OW";
  return writeDicom({ syntax, elements: describeSource(source), pixels: { vr, bytes } });
}

/** One of DCMTK's tools with its options, from the source as explicit little endian. */
export async function encodeWithDcmtk(source: Source, command: string): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "pneumoscope-dcmtk-"));
  try {
    const [input, output] = [join(folder, "in.dcm"), join(folder, "out.dcm")];
    writeFileSync(input, await encodeNatively(source, explicitLittleEndian));
    const [tool = "", ...options] = command.split(" ");
    const { status, stderr } = spawnSync(tool, [...options, input, output], { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Frames coded one by one and put into fragments. */
export async function encapsulate(
  source: Source,
  syntax: string,
  encode: (frame: Uint8Array, source: Source) => Promise<Uint8Array>,
  fragments: { offsets?: Fragments["offsets"]; split?: number; photometric?: string } = {},
): Promise<Uint8Array> {
  const frames: Uint8Array[][] = [];
  for (let frame = 0; frame < source.frames; frame++) {
    const coded = await encode(frameBytes(source, frame), source);
    const size = Math.ceil(coded.length / (fragments.split ?? 1) / 2) * 2;
    frames.push(
      Array.from({ length: fragments.split ?? 1 }, (_, n) => coded.subarray(n * size, (n + 1) * size)),
    );
  }
  const photometric = fragments.photometric ?? source.photometric;
  const elements = describeSource(source, [["00280004", "CS", photometric]]);
  return writeDicom({ syntax, elements, pixels: { frames, offsets: fragments.offsets ?? "basic" } });
}

const frameInfo = ({ rows, columns, bitsStored, samples, signed }: Source) => ({
  width: columns,
  height: rows,
  bitsPerSample: bitsStored,
  componentCount: samples,
  isSigned: signed,
});

let charls: ReturnType<typeof createCharls> | undefined;
let openjpeg: ReturnType<typeof createOpenjpeg> | undefined;
let openjph: ReturnType<typeof createOpenjph> | undefined;
let native: Promise<NativeCodecs> | undefined;

/** CharLS. @param near the most that a sample may change */
export async function encodeJpegLs(frame: Uint8Array, source: Source, near = 0): Promise<Uint8Array> {
  charls ??= createCharls();
  const encoder = new (await charls).JpegLSEncoder();
  encoder.getDecodedBuffer({ ...frameInfo(source), isSigned: false }).set(frame);
  encoder.setNearLossless(near);
  encoder.setInterleaveMode(source.samples === 3 ? 2 : 0);
  encoder.encode();
  const coded = Uint8Array.from(encoder.getEncodedBuffer());
  encoder.delete();
  return coded;
}

/** OpenJPEG. @param ratio of compression; 0 for lossless */
export async function encodeJpeg2000(frame: Uint8Array, source: Source, ratio = 0): Promise<Uint8Array> {
  openjpeg ??= createOpenjpeg({ print: () => undefined, printErr: () => undefined });
  const encoder = new (await openjpeg).J2KEncoder();
  encoder.getDecodedBuffer(frameInfo(source)).set(frame);
  encoder.setQuality(ratio === 0, ratio);
  encoder.encode();
  const coded = Uint8Array.from(encoder.getEncodedBuffer());
  encoder.delete();
  return coded;
}

/** OpenJPH. @param step of quantisation; 0 for lossless @param order 2 for RPCL */
export async function encodeHtj2k(
  frame: Uint8Array,
  source: Source,
  step = 0,
  order = 2,
): Promise<Uint8Array> {
  openjph ??= createOpenjph();
  const encoder = new (await openjph).HTJ2KEncoder();
  encoder.getDecodedBuffer({ ...frameInfo(source), isUsingColorTransform: source.samples === 3 }).set(frame);
  encoder.setQuality(step === 0, step);
  encoder.setProgressionOrder(order);
  encoder.encode();
  const coded = Uint8Array.from(encoder.getEncodedBuffer());
  encoder.delete();
  return coded;
}

type NativeEncoder = "EncodeRle" | "EncodeJpeg" | "EncodeJpegLs" | "EncodeJpeg2000" | "EncodeHtJpeg2000";

/** The encoders of dcmjs-codecs: libijg, CharLS, OpenJPEG, OpenJPH and a run-length coder. */
export async function encodeWithDcmjs(
  frame: Uint8Array,
  source: Source,
  encoder: NativeEncoder,
  options: { quality?: number; predictor?: number; pointTransform?: number } = {},
): Promise<Uint8Array> {
  native ??= readNodeModule("node_modules/dcmjs-codecs/build/dcmjs-native-codecs.wasm").then(
    startNativeCodecs,
  );
  const codecs = await native;
  const { exports } = codecs;
  const context = createContext(codecs, {
    width: source.columns,
    height: source.rows,
    bitsAllocated: source.bitsAllocated,
    bitsStored: source.bitsStored,
    samplesPerPixel: source.samples,
  });
  exports.SetDecodedBufferSize(context, frame.length);
  new Uint8Array(exports.memory.buffer).set(frame, exports.GetDecodedBuffer(context));
  const parameters = exports.CreateEncoderParameters();
  exports.SetLossy(parameters, options.quality === undefined ? 0 : 1);
  exports.SetQuality(parameters, options.quality ?? 100);
  exports.SetPredictor(parameters, options.predictor ?? 1);
  exports.SetPointTransform(parameters, options.pointTransform ?? 0);
  exports.SetSampleFactor(parameters, 0);
  exports.SetAllowedLossyError(parameters, 0);
  exports.SetProgressionOrder(parameters, 2);
  exports.SetRate(parameters, 0);
  exports.SetAllowMct(parameters, 1);
  exports[encoder](context, parameters);
  const at = exports.GetEncodedBuffer(context);
  const coded = new Uint8Array(exports.memory.buffer.slice(at, at + exports.GetEncodedBufferSize(context)));
  exports.ReleaseEncoderParameters(parameters);
  exports.ReleaseCodecsContext(context);
  return coded;
}
