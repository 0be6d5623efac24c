import dicomParser, { type ByteArrayParser, type ByteStream, type DataSet, type Element } from "dicom-parser";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { corrupt, truncated } from "../image-errors";
import { textOf } from "./attributes";
import { unsupportedSyntax } from "./dicom-errors";
import { inflateBounded } from "./inflate-bounded";
import { firstTag, guessEncoding, hasPreamble } from "./looks-like-dicom";
import {
  deflated,
  explicitBigEndian,
  explicitLittleEndian,
  implicitLittleEndian,
  type TransferSyntax,
  transferSyntaxOf,
} from "./transfer-syntaxes";

export interface DicomFile {
  /** Everything up to the pixel data, whose element has its place and length but is not read. */
  dataSet: DataSet;
  syntax: TransferSyntax;
  bigEndian: boolean;
}

export const pixelData = "x7fe00010";

/**
 * Reads a DICOM file up to its pixel data: with or without preamble, file meta information, or extension.
 * @throws IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_TOO_LARGE (what it inflates to), DICOM_SYNTAX_UNSUPPORTED
 */
export function openDicom(bytes: Uint8Array): DicomFile {
  const start = hasPreamble(bytes) ? 132 : 0;
  const meta = readMeta(bytes, start);
  const guess = guessEncoding(bytes, meta.end);
  const uid = meta.syntaxUid ?? guess ?? implicitLittleEndian;
  const syntax = transferSyntaxOf(uid);
  if (syntax.coding === null) throw unsupportedSyntax(syntax);
  if (uid === deflated) {
    const inflated = inflateBounded(bytes.subarray(meta.end));
    return { dataSet: parse(inflated, 0, explicitLittleEndian), syntax, bigEndian: false };
  }
  // Some files say one thing and are written another way; their first element tells.
  const encoding = uid === implicitLittleEndian || uid === explicitLittleEndian ? (guess ?? uid) : uid;
  return {
    dataSet: parse(bytes, meta.end, encoding),
    syntax,
    bigEndian: encoding === explicitBigEndian,
  };
}

/** The file meta information (group 0002, always explicit little endian), where there is one. */
function readMeta(bytes: Uint8Array, start: number): { syntaxUid: string | null; end: number } {
  if (start >= bytes.length) throw truncated("nothing follows its preamble");
  const stream = new dicomParser.ByteStream(dicomParser.littleEndianByteArrayParser, bytes, start);
  const meta = emptyDataSet(bytes, dicomParser.littleEndianByteArrayParser);
  let end = start;
  while (end + 8 <= bytes.length && firstTag(bytes, end)[0] === 0x0002) {
    const element = guarded(bytes, () => dicomParser.readDicomElementExplicit(stream, []));
    meta.elements[element.tag] = element;
    end = stream.position;
  }
  return { syntaxUid: textOf(meta, "x00020010"), end };
}

function emptyDataSet(byteArray: Uint8Array, byteArrayParser: ByteArrayParser): DataSet {
  return { byteArray, byteArrayParser, elements: {}, warnings: [] as string[] } as unknown as DataSet;
}

function parse(bytes: Uint8Array, start: number, encoding: string): DataSet {
  const parser =
    encoding === explicitBigEndian
      ? dicomParser.bigEndianByteArrayParser
      : dicomParser.littleEndianByteArrayParser;
  if (start >= bytes.length) throw truncated("nothing follows its file meta information");
  const stream = new dicomParser.ByteStream(parser, bytes, start);
  stream.warnings = [];
  const set = emptyDataSet(bytes, parser);
  const explicit = encoding !== implicitLittleEndian;
  let count = 0;
  guarded(bytes, () => {
    while (stream.position < bytes.length && !set.elements[pixelData]) {
      const element = explicit
        ? readExplicit(stream)
        : dicomParser.readDicomElementImplicit(stream, pixelData);
      set.elements[element.tag] = element;
      if (++count > mostElements) throw corrupt(`it has more than ${mostElements} DICOM elements`);
    }
  });
  if (stream.position > bytes.length) {
    throw truncated(`its DICOM elements reach past its ${bytes.length} bytes`);
  }
  return set;
}

/** Far above any image's, and far below what an object each would take of memory. */
const mostElements = 100_000;

/** Value representations with 32-bit lengths that dicom-parser 1.8.21 reads as 16-bit ones. */
const longUnknown = new Set(["OV", "SV", "UV"]);

function readExplicit(stream: ByteStream): Element {
  const at = stream.position;
  const letters = String.fromCharCode(...stream.byteArray.subarray(at + 4, at + 6));
  if (!longUnknown.has(letters))
    return dicomParser.readDicomElementExplicit(stream, stream.warnings, pixelData);
  const tag = dicomParser.readTag(stream);
  stream.seek(4);
  const length = stream.readUint32();
  const element = { tag, vr: letters, length, dataOffset: stream.position };
  stream.seek(length);
  return element;
}

/** dicom-parser throws strings; those about the end of its array mean that the file is cut off. */
function guarded<T>(bytes: Uint8Array, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof PneumoscopeError) throw cause;
    const text = describeError(cause);
    if (cause instanceof RangeError && /call stack/.test(text)) {
      throw corrupt("its DICOM sequences are nested too deeply", cause);
    }
    if (/past (the )?end|overrun|eof|before the beginning|attempt to seek/i.test(text)) {
      throw truncated(`its DICOM elements reach past its ${bytes.length} bytes`, cause);
    }
    throw corrupt(`its DICOM elements cannot be read (${text.replace(/^dicomParser\.?/, "")})`, cause);
  }
}
