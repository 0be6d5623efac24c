/** What a file seems to be, told from its name and first bytes. Only decoding knows whether it is an image. */
export type Kind =
  | { kind: "candidate" }
  /** Plainly no image: text, an index, a system's own file, a program, a document. */
  | { kind: "clutter" }
  | { kind: "zip" }
  | { kind: "archive"; format: string };

/** So many first bytes tell; a DICOM file's media storage class lies within them. */
export const headBytes = 1024;

const imageName = /\.(dcm|dicom|dic|jpe?g|jpe|jfif|png|webp|bmp|dib|tiff?)$/i;
const clutterName = /^(\.ds_store|thumbs\.db|ehthumbs\.db|desktop\.ini|dicomdir|\._.*)$/i;
const clutterFolder = /(^|[\\/])__MACOSX([\\/]|$)/;
/** ZIP inside, but documents and programs to whoever made them. */
const packedDocument = /\.(docx|xlsx|pptx|odt|ods|odp|jar|apk|epub|kmz|whl|vsix)$/i;

/** What the name alone tells, so that a folder of 10,000 radiographs is listed without opening any. */
export function kindOfName(name: string, folder: string): Kind | undefined {
  if (clutterName.test(name) || clutterFolder.test(folder)) return { kind: "clutter" };
  if (imageName.test(name)) return { kind: "candidate" };
  if (/\.zip$/i.test(name)) return { kind: "zip" };
  return undefined;
}

/** @param head the file's first headBytes bytes, or all of a shorter one */
export function kindOfContent(name: string, head: Uint8Array): Kind {
  if (isZip(head)) return packedDocument.test(name) ? { kind: "clutter" } : { kind: "zip" };
  const format = otherArchives.find(([, signature, at = 0]) => holds(head, signature, at))?.[0];
  if (format) return { kind: "archive", format };
  return isClutter(head) ? { kind: "clutter" } : { kind: "candidate" };
}

const otherArchives: [name: string, signature: number[], at?: number][] = [
  ["RAR", [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ["7-Zip", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ["gzip", [0x1f, 0x8b, 0x08]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["Zstandard", [0x28, 0xb5, 0x2f, 0xfd]],
  ["tar", [0x75, 0x73, 0x74, 0x61, 0x72], 257],
];

const clutterSignatures: [signature: number[], at?: number][] = [
  [[0x25, 0x50, 0x44, 0x46]], // PDF
  [[0x4d, 0x5a]], // Windows program
  [[0x7f, 0x45, 0x4c, 0x46]], // Linux program
  [[0xcf, 0xfa, 0xed, 0xfe]], // macOS program
  [[0xca, 0xfe, 0xba, 0xbe]], // macOS program, Java class
  [[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]], // Thumbs.db, old Office
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20]], // SQLite
  [[0x42, 0x75, 0x64, 0x31], 4], // .DS_Store
];

/** A local file, an empty archive, or the first volume of a split one. */
function isZip(head: Uint8Array): boolean {
  return [0x0403, 0x0605, 0x0807].some((mark) => holds(head, [0x50, 0x4b, mark & 0xff, mark >> 8], 0));
}

function isClutter(head: Uint8Array): boolean {
  if (head.length === 0) return true;
  if (clutterSignatures.some(([signature, at = 0]) => holds(head, signature, at))) return true;
  return isText(head) || isDicomIndex(head);
}

function isText(head: Uint8Array): boolean {
  if (holds(head, [0xff, 0xfe], 0) || holds(head, [0xfe, 0xff], 0)) return true;
  if (head.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b))) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** A DICOMDIR under another name: its media storage class is Basic Directory. */
function isDicomIndex(head: Uint8Array): boolean {
  if (!holds(head, [0x44, 0x49, 0x43, 0x4d], 128)) return false;
  return new TextDecoder("latin1").decode(head).includes("1.2.840.10008.1.3.10\0");
}

function holds(bytes: Uint8Array, signature: readonly number[], at: number): boolean {
  return signature.every((byte, index) => bytes[at + index] === byte);
}
