import { Inflate } from "pako";
import { PneumoscopeError } from "@/lib/errors";
import { corrupt, truncated } from "../image-errors";

/** The largest image that is read has 64 million pixels of two bytes; the rest is for what describes it. */
const mostBytes = 144 * 1024 * 1024;
/** zlib's Z_BUF_ERROR: more input was needed. */
const bufferError = -5;

/**
 * Inflates raw deflate data (no zlib header), counting before it keeps anything: a file that would inflate to more
 * than the bound costs no memory.
 * @param most bytes
 * @throws IMAGE_TOO_LARGE, IMAGE_TRUNCATED, IMAGE_CORRUPT
 */
export function inflateBounded(compressed: Uint8Array, most = mostBytes): Uint8Array<ArrayBuffer> {
  let size = 0;
  inflate(compressed, (part) => {
    size += part.length;
    if (size > most) {
      throw new PneumoscopeError(
        "IMAGE_TOO_LARGE",
        `The image is too large: its deflated data is more than ${most / 1024 / 1024} MiB. Export it anew.`,
      );
    }
  });
  const whole = new Uint8Array(size);
  let at = 0;
  inflate(compressed, (part) => {
    whole.set(part, at);
    at += part.length;
  });
  return whole;
}

function inflate(compressed: Uint8Array, take: (part: Uint8Array) => void): void {
  const stream = new Inflate({ raw: true, chunkSize: 65_536 });
  stream.onData = (part) => take(part as Uint8Array);
  stream.onEnd = () => undefined;
  stream.push(compressed, true);
  if (stream.err === bufferError) throw truncated("its deflated data has no end");
  if (stream.err) throw corrupt(`its deflated data cannot be decompressed (${stream.msg})`);
}
