import { z } from "zod";

export const uploadKinds = ["archive", "folder"] as const;
export type UploadKind = (typeof uploadKinds)[number];

/** A file of an upload; `path` inside the folder, with forward slashes. */
export const uploadedFileSchema = z.strictObject({
  path: z.string().min(1).max(1_000),
  sizeBytes: z.int().min(0),
});
export type UploadedFile = z.infer<typeof uploadedFileSchema>;

/** An upload is its files' bytes one after the other, cut into pieces of `chunkBytes`; the last may be shorter. */
export interface UploadPlan {
  sizeBytes: number;
  chunkBytes: number;
}

export const chunkBytes = 4 * 1024 * 1024;

export function chunkCount({ sizeBytes, chunkBytes: size }: UploadPlan): number {
  return Math.ceil(sizeBytes / size);
}

/** Where a piece lies in the upload. @throws RangeError for a piece that it does not have */
export function chunkRange(plan: UploadPlan, index: number): { start: number; end: number } {
  if (!Number.isInteger(index) || index < 0 || index >= chunkCount(plan))
    throw new RangeError(`piece ${index} of ${chunkCount(plan)}`);
  const start = index * plan.chunkBytes;
  return { start, end: Math.min(plan.sizeBytes, start + plan.chunkBytes) };
}

/** How many bytes these pieces are. */
export function bytesOfChunks(plan: UploadPlan, indexes: Iterable<number>): number {
  let bytes = 0;
  for (const index of indexes) {
    const { start, end } = chunkRange(plan, index);
    bytes += end - start;
  }
  return bytes;
}

/** Where each file lies in the upload, in the order given. */
export function fileRanges(
  files: readonly UploadedFile[],
): (UploadedFile & { start: number; end: number })[] {
  let start = 0;
  return files.map((file) => {
    const range = { ...file, start, end: start + file.sizeBytes };
    start = range.end;
    return range;
  });
}

/**
 * Why a path may not be that of an uploaded file, or null. Nothing is written under these names, but they become case
 * names that others write: absolute paths, ways out of the folder and control characters have no place in them.
 */
export function wrongPath(path: string): string | null {
  if (/\p{Cc}/u.test(path)) return "a control character";
  if (path.includes("\\")) return "a backslash";
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) return "an empty part or dots";
  return null;
}
