import type { DatasetVersion } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { parseDirListing } from "@/lib/dvc/dir-listing";
import { dvcFormOf } from "@/lib/dvc/dvc-form";
import { type Md5, md5OfText } from "@/lib/dvc/md5";
import { PneumoscopeError } from "@/lib/errors";
import { findFileByMd5, keepFile } from "@/lib/node/file-facts";

/** A version as a folder that DVC tracks, every file of it in the store. */
export interface DvcFolder {
  md5: Md5;
  /** Of the `.dir` object. */
  dirDigest: Digest;
  files: { path: string; md5: Md5; digest: Digest; sizeBytes: number }[];
  /** Of all files together. */
  sizeBytes: number;
}

/**
 * The folder that a version was added from or pulled as, else one made of its cases.
 * @throws ARTIFACT_NOT_FOUND naming a file that the store has lost; DATASET_INVALID for a version without MD5s
 */
export async function dvcFolderOf(
  version: Pick<DatasetVersion, "digest" | "dvcMd5">,
  store: ArtifactStore,
): Promise<DvcFolder> {
  const listing = parseListing(await store.get(version.digest));
  const md5 = version.dvcMd5 ?? (await keepForm());
  const dir = await findFileByMd5(store, md5);
  if (!dir) throw lost(`${md5}.dir`, version.digest);
  const known = new Map(listing.cases.map((item) => [item.md5, item]));
  const entries = parseDirListing(new TextDecoder().decode(await store.get(dir.digest)), `${md5}.dir`);
  const files: DvcFolder["files"] = [];
  for (const { path, md5 } of entries) {
    const found = known.get(md5) ?? (await findFileByMd5(store, md5));
    if (!found) throw lost(path, version.digest);
    files.push({ path, md5, digest: found.digest, sizeBytes: found.sizeBytes });
  }
  return {
    md5,
    dirDigest: dir.digest,
    files,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
  };

  async function keepForm(): Promise<Md5> {
    const form = dvcFormOf(listing);
    const encoder = new TextEncoder();
    if (form.labelTable !== null)
      await keepFile(store, encoder.encode(form.labelTable), {
        md5: md5OfText(form.labelTable),
        image: false,
      });
    await keepFile(store, encoder.encode(form.dirListing), { md5: form.md5, image: false });
    return form.md5;
  }
}

function lost(what: string, version: Digest): PneumoscopeError {
  return new PneumoscopeError(
    "ARTIFACT_NOT_FOUND",
    `${what} of dataset version ${version} is not in this machine's store any more. Add or pull the version again.`,
  );
}
