import { createHash } from "node:crypto";

/** Who an image is, wherever it stands among others: SHA-256 of its pixels at the size that is trained on, in hex. */
export type ImageKey = string;

/** @param gray images of size × size, one after the other */
export function imageKeys(gray: Uint8Array, size: number): ImageKey[] {
  const area = size * size;
  return Array.from({ length: gray.length / area }, (_, i) =>
    createHash("sha256")
      .update(gray.subarray(i * area, (i + 1) * area))
      .digest("hex"),
  );
}

/** 32 bits of a key, to draw random numbers by. */
export const keyWord = (key: ImageKey): number => Number.parseInt(key.slice(0, 8), 16);
