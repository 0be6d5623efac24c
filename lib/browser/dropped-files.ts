import type { SourceFile } from "@/lib/archive";

/**
 * What was dropped, folders walked to the end. Call it in the event handler itself, before any await: a browser
 * empties the DataTransfer when the handler returns. Files that cannot be opened any more come with the others
 * and fail when they are read.
 * @returns files in the order of the drop, with the folder each came in
 */
export function readDroppedFiles(transfer: DataTransfer): Promise<SourceFile[]> {
  const items = Array.from(transfer.items).filter((item) => item.kind === "file");
  if (items.length === 0) return Promise.resolve(sourceFilesOf(transfer.files));
  const dropped = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  return collect(dropped);
}

/** The files of an `<input type="file">`, with their folders where it has `webkitdirectory`. */
export function sourceFilesOf(files: Iterable<File> | ArrayLike<File>): SourceFile[] {
  return Array.from(files, (file) => {
    const folder = (file.webkitRelativePath ?? "").split("/").slice(0, -1).join("/");
    return { name: file.name, folder, blob: file };
  });
}

interface DroppedItem {
  entry: FileSystemEntry | null;
  file: File | null;
}

async function collect(dropped: DroppedItem[]): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const { entry, file } of dropped) {
    if (entry && isDirectory(entry)) await collectFolder(entry, entry.name, files);
    else if (file) files.push({ name: file.name, folder: "", blob: file });
  }
  return files;
}

async function collectFolder(directory: FileSystemDirectoryEntry, folder: string, files: SourceFile[]) {
  const entries = await readAllEntries(directory);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const blobs = await Promise.all(entries.map((entry) => (isFile(entry) ? openEntry(entry) : null)));
  for (const [index, entry] of entries.entries()) {
    const blob = blobs[index];
    if (isDirectory(entry)) await collectFolder(entry, `${folder}/${entry.name}`, files);
    else if (blob) files.push({ name: entry.name, folder, blob });
  }
}

/** Browsers give at most 100 entries a call, and none when all were given. */
async function readAllEntries(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const entries: FileSystemEntry[] = [];
  while (true) {
    const batch = await new Promise<FileSystemEntry[]>((resolve) => {
      // A folder that may not be read counts as empty: the rest of the drop goes on.
      reader.readEntries(resolve, () => resolve([]));
    });
    if (batch.length === 0) return entries;
    entries.push(...batch);
  }
}

function openEntry(entry: FileSystemFileEntry): Promise<SourceFile["blob"]> {
  return new Promise((resolve) => {
    entry.file(resolve, (error) => resolve(unopenable(error)));
  });
}

/** Stands for a file that was there in the folder and could not be opened; reading it says why. */
function unopenable(error: unknown): SourceFile["blob"] {
  const refuse = () => Promise.reject(error);
  return { size: 0, slice: () => unopenable(error), arrayBuffer: refuse };
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
