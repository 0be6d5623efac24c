import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { UploadedFile, UploadKind } from "@/lib/dataset/upload-plan";
import { digestOfSync } from "@/lib/manifest";

/** What a person chose to upload: an archive, or a folder's files one after the other. */
export interface ChosenFiles {
  kind: UploadKind;
  /** The archive's or the folder's. */
  name: string;
  files: UploadedFile[];
  /** The files' bytes in that order; a browser reads only what is sliced from it. */
  bytes: Blob;
  sizeBytes: number;
  /** The same for the same choice, so that an upload goes on after the page was loaded again. */
  fingerprint: string;
}

/** What a file picker gives. */
export type PickedFile = Pick<File, "name" | "size" | "lastModified" | "webkitRelativePath"> & Blob;

export function chosenArchive(file: PickedFile): ChosenFiles {
  return chosen("archive", file.name, [{ path: file.name, file }]);
}

/** A folder without hidden files, by path. Null where nothing is in it. */
export function chosenFolder(picked: readonly PickedFile[]): ChosenFiles | null {
  const inside = picked.flatMap((file) => {
    const [, ...parts] = file.webkitRelativePath.split("/");
    return parts.some((part) => part.startsWith(".")) ? [] : [{ path: parts.join("/"), file }];
  });
  const [name] = picked[0]?.webkitRelativePath.split("/") ?? [];
  if (!name || inside.length === 0) return null;
  inside.sort((a, b) => (a.path < b.path ? -1 : 1));
  return chosen("folder", name, inside);
}

function chosen(
  kind: UploadKind,
  name: string,
  picked: readonly { path: string; file: PickedFile }[],
): ChosenFiles {
  const files = picked.map(({ path, file }) => ({ path, sizeBytes: file.size }));
  const facts = picked.map(({ path, file }) => [path, file.size, file.lastModified]);
  return {
    kind,
    name,
    files,
    bytes: new Blob(picked.map(({ file }) => file)),
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    fingerprint: digestOfSync(utf8ToBytes(JSON.stringify([kind, facts]))),
  };
}
