/** A file of a dataset folder that cannot be used. */
export interface BadFile {
  path: string;
  reason: string;
}
