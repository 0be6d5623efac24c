import type { SourceFile } from "@/lib/archive";
import { describeError } from "@/lib/errors";

/** As a person counts: IM2 before IM10. */
const byName = new Intl.Collator("en", { numeric: true }).compare;

/** Files from a picker or the clipboard, with their folders where the picker was for folders. */
export function sourceFilesOf(files: FileList | readonly File[] | null | undefined): SourceFile[] {
  return Array.from(files ?? [], (file) => {
    const folder = file.webkitRelativePath.split("/").slice(0, -1).join("/");
    return { name: file.name, folder, blob: file };
  });
}

/**
 * What was dropped, folders walked to the end. Call it in the drop event itself, before any await: the browser
 * empties the transfer when the event is over. A file or folder that cannot be opened is among them and says so when
 * it is its turn; the others come.
 * @returns files in the order of the drop, those of a folder by name; can be posted to a worker
 */
export async function droppedFiles(transfer: DataTransfer): Promise<SourceFile[]> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return sourceFilesOf(transfer.files);
  const files: SourceFile[] = [];
  for (const entry of entries) if (entry) await collect(entry, "", files);
  return files;
}

async function collect(entry: FileSystemEntry, folder: string, files: SourceFile[]): Promise<void> {
  if (isFile(entry)) {
    files.push(await openEntry(entry, folder));
    return;
  }
  if (!isFolder(entry)) return;
  const inside = folder ? `${folder}/${entry.name}` : entry.name;
  let children: FileSystemEntry[];
  try {
    children = await readEntries(entry);
  } catch (error) {
    files.push(unreadable(entry.name, folder, error));
    return;
  }
  children.sort((a, b) => byName(a.name, b.name));
  // One after the other, 10,000 files take seconds to open.
  const opened = await Promise.all(
    children.map((child) => (isFile(child) ? openEntry(child, inside) : null)),
  );
  for (const [index, child] of children.entries()) {
    const file = opened[index];
    if (file) files.push(file);
    else await collect(child, inside, files);
  }
}

/** A browser gives a folder in parts of at most 100; an empty part is the end. */
async function readEntries(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  while (true) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (part.length === 0) return entries;
    entries.push(...part);
  }
}

async function openEntry(entry: FileSystemFileEntry, folder: string): Promise<SourceFile> {
  try {
    const blob = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return { name: entry.name, folder, blob };
  } catch (error) {
    return unreadable(entry.name, folder, error);
  }
}

function unreadable(name: string, folder: string, error: unknown): SourceFile {
  return { name, folder, blob: new Blob([]), unreadable: describeError(error) };
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
