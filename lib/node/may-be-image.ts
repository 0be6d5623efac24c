import path from "node:path";
import { headBytes, kindOfContent, kindOfName } from "@/lib/archive/what-is-it";
import { fileBytes } from "./walk-files";

/**
 * Whether a file of a labelled folder counts as an image: by its extension, else by its first bytes, as DICOM files
 * often have none. What cannot be opened counts: reading it says why it cannot be used.
 */
export async function mayBeImage(absolute: string): Promise<boolean> {
  const name = path.basename(absolute);
  const known = kindOfName(name, "");
  if (known) return known.kind === "candidate";
  const head = await fileBytes(absolute, 0, headBytes)
    .arrayBuffer()
    .catch(() => undefined);
  return head === undefined || kindOfContent(name, new Uint8Array(head)).kind === "candidate";
}

/** Of these paths inside a folder, those that count as images, in their order. */
export async function onlyImages(folder: string, paths: readonly string[]): Promise<string[]> {
  const images: string[] = [];
  for (const relative of paths) if (await mayBeImage(path.join(folder, relative))) images.push(relative);
  return images;
}
