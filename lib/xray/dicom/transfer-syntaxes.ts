/** How pixels are coded; null where they are not read. */
export type PixelCoding =
  | "native"
  | "rle"
  | "jpeg"
  | "jpeg-lossless"
  | "jpeg-ls"
  | "jpeg-2000"
  | "htj2k"
  | null;

export interface TransferSyntax {
  uid: string;
  /** As in PS3.6 table A-1, shortened. */
  name: string;
  coding: PixelCoding;
}

export const implicitLittleEndian = "1.2.840.10008.1.2";
export const explicitLittleEndian = "1.2.840.10008.1.2.1";
export const deflated = "1.2.840.10008.1.2.1.99";
export const explicitBigEndian = "1.2.840.10008.1.2.2";

const jpegFamily = "1.2.840.10008.1.2.4";

/** The transfer syntaxes of PS3.6 that a file may name; the others are refused by their UID. */
export const transferSyntaxes: readonly TransferSyntax[] = [
  { uid: implicitLittleEndian, name: "Implicit VR Little Endian", coding: "native" },
  { uid: explicitLittleEndian, name: "Explicit VR Little Endian", coding: "native" },
  { uid: explicitBigEndian, name: "Explicit VR Big Endian", coding: "native" },
  { uid: deflated, name: "Deflated Explicit VR Little Endian", coding: "native" },
  { uid: "1.2.840.10008.1.2.5", name: "RLE Lossless", coding: "rle" },
  { uid: `${jpegFamily}.50`, name: "JPEG Baseline (Process 1)", coding: "jpeg" },
  { uid: `${jpegFamily}.51`, name: "JPEG Extended (Process 2 and 4)", coding: "jpeg" },
  { uid: `${jpegFamily}.57`, name: "JPEG Lossless (Process 14)", coding: "jpeg-lossless" },
  { uid: `${jpegFamily}.70`, name: "JPEG Lossless (Process 14, first order)", coding: "jpeg-lossless" },
  { uid: `${jpegFamily}.80`, name: "JPEG-LS Lossless", coding: "jpeg-ls" },
  { uid: `${jpegFamily}.81`, name: "JPEG-LS Near-Lossless", coding: "jpeg-ls" },
  { uid: `${jpegFamily}.90`, name: "JPEG 2000 (Lossless Only)", coding: "jpeg-2000" },
  { uid: `${jpegFamily}.91`, name: "JPEG 2000", coding: "jpeg-2000" },
  { uid: `${jpegFamily}.201`, name: "High-Throughput JPEG 2000 (Lossless Only)", coding: "htj2k" },
  { uid: `${jpegFamily}.202`, name: "High-Throughput JPEG 2000 with RPCL (Lossless Only)", coding: "htj2k" },
  { uid: `${jpegFamily}.203`, name: "High-Throughput JPEG 2000", coding: "htj2k" },
  {
    uid: "1.2.840.10008.1.2.1.98",
    name: "Encapsulated Uncompressed Explicit VR Little Endian",
    coding: null,
  },
  { uid: "1.2.840.10008.1.2.6.1", name: "RFC 2557 MIME Encapsulation", coding: null },
  { uid: "1.2.840.10008.1.2.8.1", name: "Deflated Image Frame Compression", coding: null },
  { uid: `${jpegFamily}.52`, name: "JPEG Extended (Process 3 and 5)", coding: null },
  { uid: `${jpegFamily}.53`, name: "JPEG Spectral Selection (Process 6 and 8)", coding: "jpeg" },
  { uid: `${jpegFamily}.55`, name: "JPEG Full Progression (Process 10 and 12)", coding: "jpeg" },
  { uid: `${jpegFamily}.58`, name: "JPEG Lossless (Process 15)", coding: null },
  { uid: `${jpegFamily}.92`, name: "JPEG 2000 Part 2 Multi-component (Lossless Only)", coding: null },
  { uid: `${jpegFamily}.93`, name: "JPEG 2000 Part 2 Multi-component", coding: null },
  { uid: `${jpegFamily}.94`, name: "JPIP Referenced", coding: null },
  { uid: `${jpegFamily}.95`, name: "JPIP Referenced Deflate", coding: null },
  { uid: `${jpegFamily}.100`, name: "MPEG2 Main Profile / Main Level", coding: null },
  { uid: `${jpegFamily}.101`, name: "MPEG2 Main Profile / High Level", coding: null },
  { uid: `${jpegFamily}.102`, name: "MPEG-4 AVC/H.264 High Profile", coding: null },
  { uid: `${jpegFamily}.103`, name: "MPEG-4 AVC/H.264 BD-compatible", coding: null },
  { uid: `${jpegFamily}.104`, name: "MPEG-4 AVC/H.264 High Profile for 2D video", coding: null },
  { uid: `${jpegFamily}.105`, name: "MPEG-4 AVC/H.264 High Profile for 3D video", coding: null },
  { uid: `${jpegFamily}.106`, name: "MPEG-4 AVC/H.264 Stereo High Profile", coding: null },
  { uid: `${jpegFamily}.107`, name: "HEVC/H.265 Main Profile", coding: null },
  { uid: `${jpegFamily}.108`, name: "HEVC/H.265 Main 10 Profile", coding: null },
  { uid: `${jpegFamily}.110`, name: "JPEG XL Lossless", coding: null },
  { uid: `${jpegFamily}.111`, name: "JPEG XL JPEG Recompression", coding: null },
  { uid: `${jpegFamily}.112`, name: "JPEG XL", coding: null },
  { uid: `${jpegFamily}.204`, name: "JPIP HTJ2K Referenced", coding: null },
  { uid: `${jpegFamily}.205`, name: "JPIP HTJ2K Referenced Deflate", coding: null },
  { uid: "1.2.840.113619.5.2", name: "GE Private Implicit VR Big Endian", coding: null },
];

/** The syntax with this UID; one that is not in the list has no name and is not read. */
export function transferSyntaxOf(uid: string): TransferSyntax {
  return transferSyntaxes.find((syntax) => syntax.uid === uid) ?? { uid, name: "unknown", coding: null };
}
