import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { addToListing } from "@/lib/dataset/add-to-listing";
import { buildListing } from "@/lib/dataset/build-listing";
import { parseListing } from "@/lib/dataset/listing";
import type { DatasetSource } from "@/lib/node/dataset-source";
import {
  type ImportFilesOptions,
  importFiles,
  keepListing,
  namingErrors,
  withCopies,
} from "@/lib/node/import-dataset";
import type { ImportedSource } from "./import-source";

export interface VersionOfFilesOptions extends ImportFilesOptions {
  /** The version that the files are added to; absent: they are one of their own. */
  addTo?: Digest | undefined;
}

/**
 * The dataset version of a source's files, with its images in the store. Nothing is recorded yet.
 * @throws as importFiles; DATASET_INVALID where no version can be made of the files
 */
export async function versionOfFiles(
  source: DatasetSource,
  store: ArtifactStore,
  { addTo, ...options }: VersionOfFilesOptions = {},
): Promise<ImportedSource & { unlabelled: string[] }> {
  const base = addTo === undefined ? null : parseListing(await store.get(addTo));
  const imported = await importFiles(source, store, options);
  const listing = namingErrors(source.name, () =>
    base ? addToListing(base, imported.files) : buildListing(imported.files),
  );
  return {
    ...imported,
    badFiles: withCopies(imported, listing),
    listing,
    listingDigest: await keepListing(listing, store),
    dvcMd5: null,
  };
}

/** A source without what lies in folders of these names. */
export function withoutFolders(source: DatasetSource, folders: readonly string[]): DatasetSource {
  const isWanted = (path: string) =>
    !path
      .split("/")
      .slice(0, -1)
      .some((folder) => folders.includes(folder));
  return {
    ...source,
    files: source.files.filter((file) => isWanted(file.path)),
    labels: new Map([...source.labels].filter(([path]) => isWanted(path))),
  };
}
