/** What a run took from earlier ones, and what it had to compute. Each is one view of one image. */
export interface FeatureCounts {
  read: number;
  computed: number;
  /** Found, but not as they were written; computed again. */
  damaged: number;
}

/** Features that earlier runs computed. Losing any of them costs time and nothing else. */
export interface FeatureCache {
  readonly counts: FeatureCounts;
  /**
   * @param space whatever all its features share: the network, what computes it, how images become its input
   * @param length of one entry, in values of half precision
   */
  open(space: string, length: number): Promise<FeatureShelf>;
}

/** The features of one space. No method throws: what cannot be read or kept is computed again. */
export interface FeatureShelf {
  has(key: string): boolean;
  /** @returns undefined where the entry is gone or not as it was written */
  read(key: string): Promise<Uint16Array | undefined>;
  /** Keeps entries, as far as there is room. Resolves when the entries of the call before are on the disk. */
  write(entries: readonly FeatureEntry[]): Promise<void>;
  close(): Promise<void>;
}

export interface FeatureEntry {
  key: string;
  values: Uint16Array;
}

/** For runs that keep nothing. */
export const noShelf: FeatureShelf = {
  has: () => false,
  read: async () => undefined,
  write: async () => undefined,
  close: async () => undefined,
};
