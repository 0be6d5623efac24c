import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { labelOfPath } from "@/lib/dataset/build-listing";
import { classNames } from "@/lib/dataset/listing";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { onlyImages } from "@/lib/node/may-be-image";

export interface LabelledFile {
  /** Absolute. */
  path: string;
  /** Inside the folder. */
  name: string;
  label: 0 | 1;
}

/**
 * The image files in every NORMAL/ and PNEUMONIA/ folder below this one, sorted.
 * @throws DATASET_NOT_FOUND; DATASET_INVALID naming the class that has none
 */
export async function listLabelledFolder(folder: string): Promise<LabelledFile[]> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new PneumoscopeError(
      "DATASET_NOT_FOUND",
      `${folder} is not a folder. Name one that holds a folder NORMAL and a folder PNEUMONIA.`,
    );
  }
  const names = await readdir(folder, { recursive: true }).catch((cause) => {
    throw new PneumoscopeError("DATASET_NOT_FOUND", `${folder} cannot be read: ${describeError(cause)}`, {
      cause,
    });
  });
  const labelled = names.filter((name) => labelOfPath(name) !== null);
  const files = (await onlyImages(folder, labelled.sort())).flatMap((name) => {
    const label = labelOfPath(name);
    return label === null ? [] : [{ path: path.join(folder, name), name, label }];
  });
  for (const [label, className] of classNames.entries()) {
    if (files.some((file) => file.label === label)) continue;
    throw new PneumoscopeError(
      "DATASET_INVALID",
      `${folder} holds no image file in a folder ${className}; the figures need cases of both classes.`,
    );
  }
  return files;
}
