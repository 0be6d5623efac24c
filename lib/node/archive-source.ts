import { stat } from "node:fs/promises";
import path from "node:path";
import { expand, type FoundFile } from "@/lib/archive";
import { joinPath } from "@/lib/archive/display-path";
import type { LabelledPath } from "@/lib/dataset/label-table";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { DatasetSource } from "./dataset-source";
import { fileBytes } from "./walk-files";

/**
 * The images of a ZIP archive, read from it one at a time. A folder that holds everything (`chest_xray/`) is left off, and
 * so is a copy of the whole set inside itself (`chest_xray/chest_xray/…`), as the public set is packed by some.
 * @param shownAs how messages call it
 * @throws DATASET_NOT_FOUND, the ARCHIVE_ errors where the archive cannot be read at all
 */
export async function archiveSource(
  file: string,
  labels: ReadonlyMap<string, LabelledPath> = new Map(),
  shownAs: string = file,
): Promise<DatasetSource> {
  const { size } = await stat(file).catch((cause) => {
    throw new PneumoscopeError("DATASET_NOT_FOUND", `${shownAs} cannot be read: ${describeError(cause)}.`, {
      cause,
    });
  });
  const name = path.basename(shownAs);
  const found: { path: string; file: FoundFile }[] = [];
  for await (const entry of expand([{ name, folder: "", blob: fileBytes(file, 0, size) }])) {
    if (entry.kind === "problem") {
      // A file inside is named with its folder; the archive itself has none.
      if (entry.folder === "") throw entry.error;
      found.push({ path: inArchive(entry, name), file: unreadable(entry) });
    } else if (entry.folder === "") throw noArchive(shownAs);
    else found.push({ path: inArchive(entry, name), file: entry });
  }
  const images = withoutWrapping(found);
  images.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    name: shownAs,
    files: images.map((image) => ({ path: image.path, kind: "image", read: () => image.file.read() })),
    labels,
    readAhead: 6,
  };
}

function inArchive({ folder, name }: { folder: string; name: string }, archive: string): string {
  return joinPath(folder.slice(archive.length).replace(/^\//, ""), name);
}

function unreadable(problem: { name: string; folder: string; error: PneumoscopeError }): FoundFile {
  const { name, folder, error } = problem;
  return { kind: "file", name, folder, sizeBytes: 0, read: () => Promise.reject(error) };
}

interface FoundImage {
  path: string;
  file: FoundFile;
}

/** Folders by whose names files are told apart. */
const tellingFolder = /^(normal|pneumonia|train|val|validation|test)$/i;

function withoutWrapping(images: FoundImage[], wrappers: string[] = []): FoundImage[] {
  const [folder] = images[0]?.path.split("/") ?? [];
  const isWrapper =
    folder !== undefined &&
    !tellingFolder.test(folder) &&
    images.every((image) => image.path.startsWith(`${folder}/`));
  if (!isWrapper) return withoutInnerCopy(images, wrappers);
  const shorter = images.map((image) => ({ ...image, path: image.path.slice(folder.length + 1) }));
  return withoutWrapping(shorter, [...wrappers, folder]);
}

/** Leaves out `wrapper/rest` where `rest` is there too, in the same size. */
function withoutInnerCopy(images: FoundImage[], wrappers: string[]): FoundImage[] {
  const sizes = new Map(images.map((image) => [image.path, image.file.sizeBytes]));
  return images.filter(({ path, file }) => {
    const folder = path.slice(0, path.indexOf("/"));
    return !wrappers.includes(folder) || sizes.get(path.slice(folder.length + 1)) !== file.sizeBytes;
  });
}

function noArchive(file: string): PneumoscopeError {
  return new PneumoscopeError(
    "DATASET_INVALID",
    `${file} is no ZIP archive. Import the ZIP of the public set, a folder, or a folder with --labels TABLE.csv.`,
  );
}
