const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

/** The checksum of ZIP (ISO 3309). @returns 0 to 2³² − 1 */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (let at = 0; at < bytes.length; at++)
    remainder = (table[(remainder ^ (bytes[at] as number)) & 255] as number) ^ (remainder >>> 8);
  return ~remainder >>> 0;
}
