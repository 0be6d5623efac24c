import type { Digest } from "@/lib/artifacts/store";

/**
 * Hashes within so many of 256 bits make a pair a candidate. On the Kermany set the nearest two of 13.6 million pairs of
 * different patients differ in 46 bits, and copies (JPEG quality 30, half or twice the size, brightness ± 5 %) in 14
 * (docs/data-reports.md).
 */
export const candidateRadius = 32;

/**
 * A candidate is a near duplicate where the local detail correlates at least so much: copies reach 0.94, different
 * patients 0.57 on the Kermany set and 0.89 on drawn radiographs.
 */
export const nearDuplicateCorrelation = 0.9;

/** Two images with different bytes. */
export interface ImagePair {
  first: Digest;
  second: Digest;
  /** Differing bits of the perceptual hashes, 0 to 256. */
  distance: number;
  /** Of the local detail, −1 to 1. */
  correlation: number;
}

/** Two cases whose images are an ImagePair; `first` < `second`. */
export interface DuplicatePair {
  first: string;
  second: string;
  distance: number;
  correlation: number;
}

export function isNearDuplicate(pair: Pick<ImagePair, "distance" | "correlation">): boolean {
  return pair.distance <= candidateRadius && pair.correlation >= nearDuplicateCorrelation;
}
