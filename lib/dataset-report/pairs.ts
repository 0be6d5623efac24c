import type { Digest } from "@/lib/artifacts/store";

/**
 * Hashes within so many of 256 bits make a pair a candidate. Of 13.7 million pairs of different patients of the Kermany
 * set the nearest two differ in 46 bits; copies (JPEG quality 30, other sizes, brightness ± 5 %) in at most 12
 * (docs/data-reports.md).
 */
export const candidateRadius = 32;

/**
 * A candidate is a near duplicate where the local detail correlates at least so much. Those copies reach 0.94, the
 * nearest pairs of different patients 0.53, drawn radiographs of different patients 0.83.
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
