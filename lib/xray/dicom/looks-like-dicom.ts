import { explicitBigEndian, explicitLittleEndian, implicitLittleEndian } from "./transfer-syntaxes";

/**
 * Whether a file is to be read as DICOM: by its preamble, else by a first element of the file meta information, of
 * command or of identifying data that makes sense.
 */
export function looksLikeDicom(bytes: Uint8Array): boolean {
  if (hasPreamble(bytes)) return true;
  const [group, element] = firstTag(bytes, 0);
  if (group === 0x0002 && element <= 0x0010) return true;
  const swapped = group === 0x0800;
  if (group !== 0x0008 && !swapped) return false;
  if ((swapped ? element >> 8 : element) > 0x0060 || guessEncoding(bytes, 0) === undefined) return false;
  return true;
}

export function hasPreamble(bytes: Uint8Array): boolean {
  return [0x44, 0x49, 0x43, 0x4d].every((byte, index) => bytes[128 + index] === byte);
}

/** Little endian. */
export function firstTag(bytes: Uint8Array, at: number): [group: number, element: number] {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return [a + b * 256, c + d * 256];
}

const valueRepresentations = new Set(
  "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV".split(
    " ",
  ),
);

/** How the element at this place is written, or undefined where it makes no sense in any way. */
export function guessEncoding(bytes: Uint8Array, at: number): string | undefined {
  if (at + 8 > bytes.length) return undefined;
  const [group] = firstTag(bytes, at);
  const letters = String.fromCharCode(bytes[at + 4] as number, bytes[at + 5] as number);
  if (valueRepresentations.has(letters))
    return (group & 0xff) === 0 ? explicitBigEndian : explicitLittleEndian;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at + 4, 4).getUint32(0, true);
  const plausible = length === 0xffffffff || at + 8 + length <= bytes.length;
  return group !== 0 && group <= 0x0028 && plausible ? implicitLittleEndian : undefined;
}
