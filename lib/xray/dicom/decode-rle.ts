import { corrupt, truncated } from "../image-errors";

/**
 * RLE Lossless (PS3.5 annex G): a header of 64 bytes with the places of up to 15 segments, each one byte plane,
 * the most significant first, packed as PackBits.
 * @param pixels rows × columns
 * @returns the samples plane by plane (all of the first colour, then of the next), little endian
 * @throws IMAGE_CORRUPT, IMAGE_TRUNCATED
 */
export function decodeRle(
  bytes: Uint8Array,
  pixels: number,
  samplesPerPixel: number,
  bytesPerSample: number,
): Uint8Array<ArrayBuffer> {
  const expected = samplesPerPixel * bytesPerSample;
  const segments = readSegments(bytes, expected);
  for (const segment of segments) {
    // Two bytes give 128 at most: a size that lies is found before memory is taken for it.
    if (segment.length < Math.ceil(pixels / 128) * 2) {
      throw truncated(`an RLE segment of ${segment.length} bytes for ${pixels} pixels`);
    }
  }
  const data = new Uint8Array(pixels * expected);
  for (const [index, segment] of segments.entries()) {
    const sample = Math.floor(index / bytesPerSample);
    const place = bytesPerSample - 1 - (index % bytesPerSample);
    unpack(segment, data, sample * pixels * bytesPerSample + place, bytesPerSample, pixels);
  }
  return data;
}

function readSegments(bytes: Uint8Array, expected: number): Uint8Array[] {
  if (bytes.length < 64) throw truncated("its RLE data ends inside its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  if (count !== expected) throw corrupt(`its RLE data has ${count} segments instead of ${expected}`);
  const places = Array.from({ length: count }, (_, n) => view.getUint32(4 + n * 4, true)).concat(
    bytes.length,
  );
  return places.slice(0, -1).map((from, n) => {
    const to = places[n + 1] as number;
    if (from < 64 || to <= from || to > bytes.length) throw corrupt("its RLE segments are out of place");
    return bytes.subarray(from, to);
  });
}

/** Writes every `step`-th byte from `first` on, `count` of them. */
function unpack(segment: Uint8Array, target: Uint8Array, first: number, step: number, count: number): void {
  let written = 0;
  let at = 0;
  while (written < count) {
    if (at >= segment.length) throw truncated(`an RLE segment has ${written} of ${count} bytes`);
    const head = segment[at++] as number;
    if (head === 128) continue;
    const literal = head < 128;
    const length = literal ? head + 1 : 257 - head;
    if (written + length > count) throw corrupt("an RLE segment is longer than its frame");
    if (at + (literal ? length : 1) > segment.length) throw truncated("an RLE segment ends inside a run");
    for (let n = 0; n < length; n++)
      target[first + (written + n) * step] = segment[literal ? at + n : at] as number;
    at += literal ? length : 1;
    written += length;
  }
}
