import type { SourceFile } from "@/lib/archive";

/** Files from a picker or the clipboard; those of a chosen folder know where they lay. */
export function sourceFilesOf(files: FileList | readonly File[] | null | undefined): SourceFile[] {
  return [...(files ?? [])].map((file) => ({ name: file.name, folder: folderOf(file), blob: file }));
}

function folderOf({ webkitRelativePath }: File): string {
  return webkitRelativePath.split("/").slice(0, -1).join("/");
}

/**
 * What was dropped, folders with all that is in them. Call it in the drop event itself: the browser empties the
 * transfer as soon as the event is over.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<SourceFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return sourceFilesOf(transfer.files);
  const files: SourceFile[] = [];
  for (const entry of entries) if (entry) await collect(entry, "", files);
  return files;
}

async function collect(entry: FileSystemEntry, folder: string, files: SourceFile[]): Promise<void> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    files.push({ name: file.name, folder, blob: file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside = folder ? `${folder}/${entry.name}` : entry.name;
  // A browser gives a folder in parts; an empty part is the end.
  for (let part = await readPart(reader); part.length > 0; part = await readPart(reader))
    for (const child of part) await collect(child, inside, files);
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function readPart(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
