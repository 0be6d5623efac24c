import type { ArtifactStore } from "@/lib/artifacts/store";
import { type DvcFile, writeDirListing } from "@/lib/dvc/dir-listing";
import { type Md5, md5OfText } from "@/lib/dvc/md5";
import { keepFile } from "@/lib/node/file-facts";

/** Stores a folder's `.dir` object. @returns its MD5 */
export async function keepDirListing(files: readonly DvcFile[], store: ArtifactStore): Promise<Md5> {
  const text = writeDirListing(files);
  const md5 = md5OfText(text);
  await keepFile(store, new TextEncoder().encode(text), { md5, image: false });
  return md5;
}
