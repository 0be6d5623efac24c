import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { labelOfPath } from "@/lib/dataset/build-listing";
import { type LabelledPath, labelTableName, parseLabelTable } from "@/lib/dataset/label-table";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { DatasetSource, SourceFileEntry } from "./dataset-source";
import { mayBeImage } from "./may-be-image";
import { isSystemError } from "./write-file";

/** What DVC passes over too. */
const unseenFolders = new Set([".dvc", ".git", ".hg"]);

/**
 * The files of a dataset folder. Labels come from labels.csv in it where there is one, else from the class folders.
 * @throws DATASET_NOT_FOUND, DATASET_INVALID for a table that cannot be read
 */
export async function folderSource(
  folder: string,
  { labels: given }: { labels?: ReadonlyMap<string, LabelledPath> } = {},
): Promise<DatasetSource> {
  const paths = await pathsIn(folder);
  const labels = given ?? (await ownLabels(folder, paths));
  const files: SourceFileEntry[] = [];
  for (const relative of paths) {
    const slashed = relative.split(path.sep).join("/");
    const counts = labels.size > 0 || labelOfPath(relative) !== null;
    const isImage = counts && (await mayBeImage(path.join(folder, relative)));
    files.push({
      path: slashed,
      kind: isImage ? "image" : "other",
      read: () => readInside(folder, relative),
    });
  }
  return { name: folder, files, labels, readAhead: 6 };
}

/** The labels of a CSV file. @throws DATASET_NOT_FOUND, DATASET_INVALID */
export async function readLabelTable(file: string): Promise<Map<string, LabelledPath>> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new PneumoscopeError(
      "DATASET_NOT_FOUND",
      `The table of labels ${file} cannot be read: ${describeError(cause)}.`,
      { cause },
    );
  });
  return new Map(parseLabelTable(text, file).map((row) => [row.path, row]));
}

async function ownLabels(folder: string, paths: string[]): Promise<Map<string, LabelledPath>> {
  return paths.includes(labelTableName) ? readLabelTable(path.join(folder, labelTableName)) : new Map();
}

async function readInside(folder: string, relative: string): Promise<Uint8Array> {
  try {
    return await readFile(path.join(folder, relative));
  } catch (error) {
    await requireFolder(folder, "vanished while it was being read");
    // A folder that is being deleted or moved loses its files first.
    if (isSystemError(error, "ENOENT")) throw vanished(folder, relative);
    throw error;
  }
}

async function pathsIn(folder: string): Promise<string[]> {
  await requireFolder(folder, "does not exist or is no folder");
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (cause) {
    await requireFolder(folder, "vanished while it was being read");
    throw new PneumoscopeError("DATASET_NOT_FOUND", `${folder} cannot be read: ${describeError(cause)}`, {
      cause,
    });
  }
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((relative) => !relative.split(path.sep).some((part) => unseenFolders.has(part)))
    .sort();
}

async function requireFolder(folder: string, failure: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    if (!isSystemError(error, "ENOENT") && !isSystemError(error, "ENOTDIR")) throw error;
  }
  throw new PneumoscopeError(
    "DATASET_NOT_FOUND",
    `The dataset folder ${folder} ${failure}. It must hold a folder NORMAL and a folder PNEUMONIA with DICOM, JPEG, PNG, WebP, BMP or TIFF files.`,
  );
}

function vanished(folder: string, relative: string): PneumoscopeError {
  return new PneumoscopeError(
    "DATASET_NOT_FOUND",
    `${relative} vanished from ${folder} while it was being read. Leave the folder alone until the run has read it.`,
  );
}
