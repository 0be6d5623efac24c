import type { Digest } from "@/lib/artifacts/store";

/** What an import made of its files. */
export interface ImportSummary {
  digest: Digest;
  images: number;
  newImages: number;
  /** Files that were left out, the first of them by name. */
  badFiles: { count: number; named: { path: string; reason: string }[] };
  /** Images without a label. */
  unlabelled: { count: number; named: string[] };
  /** Whether the record had this version already. */
  wasKnown: boolean;
}

export const namedFiles = 50;

/** Some of a list, for showing. */
export function firstOf<T>(list: readonly T[], at: number = namedFiles): { count: number; named: T[] } {
  return { count: list.length, named: list.slice(0, at) };
}
