const mebibyte = 1024 * 1024;

/** What is read at most. A file of an archive is inflated up to the size that the directory states, and no further. */
export interface ExpandLimits {
  /** Of one archive. */
  entries: number;
  /** Of one file, alone or inside an archive. */
  bytesPerFile: number;
  /** Of all files of one archive, inflated. */
  bytesPerArchive: number;
  /** Inflated ÷ packed bytes of one file in an archive, where it is larger than `ratioFromBytes`. */
  ratio: number;
  ratioFromBytes: number;
}

/** A radiograph deflates to a half or a fifth; a blank one of 4096 × 4096 pixels may reach 1000, and is 32 MiB. */
export const defaultLimits: ExpandLimits = {
  entries: 50_000,
  bytesPerFile: 512 * mebibyte,
  bytesPerArchive: 32 * 1024 * mebibyte,
  ratio: 200,
  ratioFromBytes: 32 * mebibyte,
};
