const blockBytes = 512;
const carriageReturn = 13;
const lineFeed = 10;

/**
 * The bytes that DVC 2 hashed: text with its CRLF turned into LF, anything else as it is.
 * Text is told as DVC tells it, by the first 512 bytes: no NUL, and at most 30 % other than printable ASCII,
 * line feed, carriage return, tab, form feed and backspace (dvc-data's `istextfile`).
 */
export function asHashedByDvc2(bytes: Uint8Array): Uint8Array {
  if (!isText(bytes.subarray(0, blockBytes))) return bytes;
  return bytes.filter((byte, index) => byte !== carriageReturn || bytes[index + 1] !== lineFeed);
}

function isText(block: Uint8Array): boolean {
  if (block.length === 0) return true;
  if (block.includes(0)) return false;
  const others = block.filter((byte) => !(byte >= 32 && byte < 127) && !textControls.has(byte));
  return others.length / block.length <= 0.3;
}

const textControls = new Set([8, 9, 10, 12, 13]);
