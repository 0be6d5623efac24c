import path from "node:path";
import type { DatasetVersion } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { inParallel } from "@/lib/node/in-parallel";
import { writeFileAtomic } from "@/lib/node/write-file";
import { dvcFolderOf } from "./dvc-folder";

/**
 * Writes a version's files into a folder, each whole or not at all. Other files of the folder are left alone.
 * @returns how many files it wrote @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, DISK_FULL
 */
export async function checkOut(
  version: Pick<DatasetVersion, "digest" | "dvcMd5">,
  folder: string,
  store: ArtifactStore,
): Promise<number> {
  const { files } = await dvcFolderOf(version, store);
  await inParallel(files, 4, async (file) =>
    writeFileAtomic(path.join(folder, ...file.path.split("/")), await store.get(file.digest)),
  );
  return files.length;
}
