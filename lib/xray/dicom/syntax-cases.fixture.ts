import {
  encapsulate,
  encodeHtj2k,
  encodeJpeg2000,
  encodeJpegLs,
  encodeNatively,
  encodeWithDcmjs,
  encodeWithDcmtk,
} from "./encoders.fixture";
import { type Source, sources } from "./sources.fixture";

/** One way of writing an image in one transfer syntax. The tests and docs/transfer-syntaxes.md run over this list. */
export interface SyntaxCase {
  uid: string;
  source: Source;
  encoder: string;
  needsDcmtk: boolean;
  /** The most that a value may differ from the original, in units of the stored values; 0 is exact. */
  bound: number;
  write: () => Promise<Uint8Array>;
}

const family = "1.2.840.10008.1.2.4";
const { gray8, gray12, gray16, signed12, signed16, frames12, rgb8 } = sources;

function natively(uid: string, chosen: Source[]): SyntaxCase[] {
  return chosen.map((source) => ({
    uid,
    source,
    encoder: "own writer",
    needsDcmtk: false,
    bound: 0,
    write: () => encodeNatively(source, uid),
  }));
}

function dcmtk(uid: string, command: string, chosen: Source[], bound = 0): SyntaxCase[] {
  return chosen.map((source) => ({
    uid,
    source,
    encoder: `DCMTK ${command}`,
    needsDcmtk: true,
    bound,
    write: () => encodeWithDcmtk(source, command),
  }));
}

type Encode = (frame: Uint8Array, source: Source) => Promise<Uint8Array>;

function coded(
  uid: string,
  encoder: string,
  encode: Encode,
  chosen: Source[],
  bound = 0,
  fragments: Parameters<typeof encapsulate>[3] = {},
): SyntaxCase[] {
  return chosen.map((source) => ({
    uid,
    source,
    encoder,
    needsDcmtk: false,
    bound,
    write: () => encapsulate(source, uid, encode, fragments),
  }));
}

const grays = [gray8, gray12, gray16, signed12, signed16];
const everything = [...grays, frames12, rgb8];

const rle: Encode = (frame, source) => encodeWithDcmjs(frame, source, "EncodeRle");
const lossless =
  (predictor: number): Encode =>
  (frame, source) =>
    encodeWithDcmjs(frame, source, "EncodeJpeg", { predictor });
const baseline: Encode = (frame, source) => encodeWithDcmjs(frame, source, "EncodeJpeg", { quality: 100 });
/** A baseline frame header is also a valid extended one (ITU-T T.81 table B.1). */
const extended: Encode = async (frame, source) => {
  const coded = await baseline(frame, source);
  const at = coded.findIndex((byte, n) => byte === 0xff && coded[n + 1] === 0xc0);
  coded[at + 1] = 0xc1;
  return coded;
};
const rct = { photometric: "YBR_RCT" };

export const syntaxCases: readonly SyntaxCase[] = [
  ...natively("1.2.840.10008.1.2", everything),
  ...natively("1.2.840.10008.1.2.1", everything),
  ...natively("1.2.840.10008.1.2.2", everything),
  ...natively("1.2.840.10008.1.2.1.99", everything),
  ...dcmtk("1.2.840.10008.1.2", "dcmconv +ti", [gray8, signed12, rgb8]),
  ...dcmtk("1.2.840.10008.1.2.2", "dcmconv +tb", [gray8, signed12, frames12, rgb8]),
  ...dcmtk("1.2.840.10008.1.2.1.99", "dcmconv +td", [gray8, signed12]),

  ...coded("1.2.840.10008.1.2.5", "dcmjs-codecs", rle, everything),
  ...dcmtk("1.2.840.10008.1.2.5", "dcmcrle", everything),

  ...coded(`${family}.50`, "dcmjs-codecs (libijg), quality 100", baseline, [gray8], 2),
  ...coded(`${family}.50`, "dcmjs-codecs (libijg), quality 100", baseline, [rgb8], 4, {
    photometric: "YBR_FULL",
  }),
  ...dcmtk(`${family}.50`, "dcmcjpeg +eb +q 100", [gray8], 2),
  ...dcmtk(`${family}.50`, "dcmcjpeg +eb +cr +q 100", [rgb8], 4),
  ...dcmtk(`${family}.50`, "dcmcjpeg +eb +s4 +q 100", [rgb8], 4),
  ...coded(`${family}.51`, "dcmjs-codecs (libijg), quality 100, marked extended", extended, [gray8], 2),
  ...dcmtk(`${family}.51`, "dcmcjpeg +ee +q 100", [gray8], 2),
  ...dcmtk(`${family}.51`, "dcmcjpeg +ee +q 100", [gray12, frames12], 3),
  ...dcmtk(`${family}.53`, "dcmcjpeg +es +q 100", [gray8], 2),
  ...dcmtk(`${family}.53`, "dcmcjpeg +es +q 100", [gray12], 3),
  ...dcmtk(`${family}.55`, "dcmcjpeg +ep +q 100", [gray8], 2),
  ...dcmtk(`${family}.55`, "dcmcjpeg +ep +q 100", [gray12], 3),

  ...[1, 2, 3, 4, 5, 6, 7].flatMap((predictor) =>
    coded(`${family}.57`, `dcmjs-codecs (libijg), predictor ${predictor}`, lossless(predictor), [gray12]),
  ),
  ...dcmtk(`${family}.57`, "dcmcjpeg +el +sv 6", everything),
  ...coded(`${family}.70`, "dcmjs-codecs (libijg)", lossless(1), everything),
  ...dcmtk(`${family}.70`, "dcmcjpeg +e1", everything),

  ...coded(`${family}.80`, "CharLS", encodeJpegLs, everything),
  ...dcmtk(`${family}.80`, "dcmcjpls", everything),
  ...dcmtk(`${family}.80`, "dcmcjpls +in", [rgb8]),
  ...coded(
    `${family}.81`,
    "CharLS, near 3",
    (frame, source) => encodeJpegLs(frame, source, 3),
    [gray8, gray12],
    3,
  ),
  ...dcmtk(`${family}.81`, "dcmcjpls +en +md 2", [gray8, gray12, rgb8], 2),

  ...coded(`${family}.90`, "OpenJPEG", encodeJpeg2000, [...grays, frames12]),
  ...coded(`${family}.90`, "OpenJPEG", encodeJpeg2000, [rgb8], 0, rct),
  ...coded(`${family}.91`, "OpenJPEG", encodeJpeg2000, [gray12]),
  ...coded(
    `${family}.91`,
    "OpenJPEG, 4 : 1",
    (frame, source) => encodeJpeg2000(frame, source, 4),
    [gray8],
    6,
  ),

  ...coded(`${family}.201`, "OpenJPH", (frame, source) => encodeHtj2k(frame, source, 0, 0), [
    ...grays,
    frames12,
  ]),
  ...coded(`${family}.202`, "OpenJPH", encodeHtj2k, [gray8, gray12, signed12]),
  ...coded(`${family}.202`, "OpenJPH", encodeHtj2k, [rgb8], 0, rct),
  ...coded(`${family}.203`, "OpenJPH", encodeHtj2k, [gray12]),
  ...coded(
    `${family}.203`,
    "OpenJPH, step 0.002",
    (frame, source) => encodeHtj2k(frame, source, 0.002),
    [gray8],
    2,
  ),
];

/** What a case is called in a test's name and in the document. */
export function nameOf({ uid, encoder, source }: SyntaxCase): string {
  return `${uid} · ${encoder} · ${source.name}`;
}
