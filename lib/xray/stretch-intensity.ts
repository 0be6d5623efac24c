const lowShare = 0.01;
const highShare = 0.99;
/** A range narrower than this is stretched no further: a nearly uniform image stays one. */
const smallestRange = 16;

/**
 * Stretches each image so that its 1st percentile becomes black and its 99th white. Exposure and windowing differ
 * between machines and sites; this takes their linear part away before the network sees the image.
 * @param gray [n × size × size], 0 to 255
 * @returns [n × size × size], 0 to 255
 */
export function stretchIntensity(gray: Uint8Array | Float32Array, size: number): Float32Array {
  const area = size * size;
  const stretched = new Float32Array(gray.length);
  for (let start = 0; start < gray.length; start += area) {
    const [low, high] = percentiles(gray, start, start + area);
    const scale = 255 / Math.max(smallestRange, high - low);
    for (let i = start; i < start + area; i++) {
      const level = ((gray[i] as number) - low) * scale;
      stretched[i] = level < 0 ? 0 : level > 255 ? 255 : level;
    }
  }
  return stretched;
}

/** The lowest levels at or below which the low and the high share of the pixels lie. */
function percentiles(gray: Uint8Array | Float32Array, start: number, end: number): [number, number] {
  const histogram = new Uint32Array(256);
  for (let i = start; i < end; i++) {
    const value = gray[i] as number;
    // Rounds half up within the range, as Math.round does, which is slower.
    const level = value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
    histogram[level] = (histogram[level] as number) + 1;
  }
  return [quantile(histogram, (end - start) * lowShare), quantile(histogram, (end - start) * highShare)];
}

function quantile(histogram: Uint32Array, count: number): number {
  let seen = 0;
  for (let level = 0; level < 256; level++) {
    seen += histogram[level] as number;
    if (seen >= count) return level;
  }
  return 255;
}
