import type { DatasetUpload } from "@/drizzle/schema";
import { type LabelledPath, labelTableName, parseLabelTable } from "@/lib/dataset/label-table";
import { fileRanges, type UploadedFile, type UploadKind } from "@/lib/dataset/upload-plan";
import { archiveSource } from "@/lib/node/archive-source";
import type { DatasetSource } from "@/lib/node/dataset-source";
import { kindOfPath } from "@/lib/node/pointer-source";
import { fileBytes } from "@/lib/node/walk-files";

/**
 * The files of an upload that has come whole, read from where they lie in it: an archive is unpacked within lib/archive's
 * limits, one image at a time, and nothing is written under the names that it came with.
 * @throws DATASET_INVALID where it is no archive or its table of labels cannot be read; the ARCHIVE_ errors
 */
export async function uploadedSource(
  { name, kind, files }: Pick<DatasetUpload, "name" | "files"> & { kind: UploadKind },
  file: string,
): Promise<DatasetSource> {
  return kind === "archive" ? archiveSource(file, new Map(), name) : folderOf(name, files, file);
}

async function folderOf(name: string, files: readonly UploadedFile[], file: string): Promise<DatasetSource> {
  const entries = fileRanges(files)
    .filter(({ path }) => !path.split("/").some((part) => part.startsWith(".")))
    .map(({ path, start, end }) => ({
      path,
      kind: kindOfPath(path),
      read: async () => new Uint8Array(await fileBytes(file, start, end).arrayBuffer()),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const table = entries.find(({ path }) => path === labelTableName);
  const labels = table
    ? labelsOf(new TextDecoder().decode(await table.read()))
    : new Map<string, LabelledPath>();
  return { name, files: entries, labels, readAhead: 6 };
}

function labelsOf(text: string): Map<string, LabelledPath> {
  return new Map(parseLabelTable(text, labelTableName).map((row) => [row.path, row]));
}
