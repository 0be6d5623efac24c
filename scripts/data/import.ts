import { stat } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import { addToListing } from "@/lib/dataset/add-to-listing";
import { buildListing } from "@/lib/dataset/build-listing";
import type { LabelledPath } from "@/lib/dataset/label-table";
import { parseListing } from "@/lib/dataset/listing";
import { archiveSource } from "@/lib/node/archive-source";
import type { DatasetSource } from "@/lib/node/dataset-source";
import { folderSource, readLabelTable } from "@/lib/node/folder-source";
import { importFiles, keepListing, namingErrors, withCopies } from "@/lib/node/import-dataset";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { resolveTyped } from "../cli/project-folder";
import { newCommand } from "../cli/run-command";
import { describeVersion, enterVersion, print, withData } from "./open-data";

interface Options {
  labels?: string;
  exclude: string[];
  addTo?: string;
  maxBad: number;
  current: boolean;
  json?: boolean;
}

export function importCommand(): Command {
  return newCommand(
    "data",
    "Make a dataset version of the public set's ZIP as downloaded, a folder per class, or a table of labels with images.\n" +
      "DICOM, JPEG, PNG, WebP, BMP and TIFF. The source is only read.",
  )
    .name("import")
    .argument("<source>", "a ZIP archive or a folder")
    .option(
      "--labels <csv>",
      "columns file,label and where known patient,split; files relative to the folder",
    )
    .option("--exclude <folder...>", "leave out what lies in folders of these names, e.g. test", [])
    .option(
      "--add-to <version>",
      "add to this version (“current”, or a digest) in place of making one of its own",
    )
    .option("--max-bad <share>", "unusable images tolerated, as a share", share, 0.05)
    .option("--no-current", "leave the current version, to which the inbox adds, as it is")
    .option("--json", "print one JSON object on stdout")
    .action(async (typed: string, options: Options) => {
      const address = resolveTyped(typed);
      const table = options.labels === undefined ? undefined : resolveTyped(options.labels);
      await withData(async ({ db, store, progress, signal }) => {
        const base = options.addTo === undefined ? null : await requireDatasetVersion(db, options.addTo);
        const labels = table === undefined ? undefined : await readLabelTable(table);
        const source = without(await openSource(address, labels), options.exclude);
        const imported = await importFiles(source, store, {
          signal,
          maxBadShare: options.maxBad,
          onProgress: ({ done, total }) => progress.update(`reading ${done} of ${total}`),
        });
        progress.done();
        const before = base && parseListing(await store.get(base.digest));
        const listing = namingErrors(address, () =>
          before ? addToListing(before, imported.files) : buildListing(imported.files),
        );
        const version = {
          ...imported,
          badFiles: withCopies(imported, listing),
          listing,
          listingDigest: await keepListing(listing, store),
          dvcMd5: null,
        };
        const { current, json } = options;
        const report = await enterVersion(db, version, { source: address, current, actor: "data import" });
        const { unlabelled } = imported;
        const text = unlabelled.length > 0 ? `\nwithout a label, left out: ${unlabelled.length} images` : "";
        print(json, { ...report, unlabelled }, describeVersion(report) + text);
      });
    });
}

async function openSource(
  address: string,
  labels: Map<string, LabelledPath> | undefined,
): Promise<DatasetSource> {
  const isFile = await stat(address).then(
    (facts) => facts.isFile(),
    () => false,
  );
  return isFile ? archiveSource(address, labels) : folderSource(address, labels ? { labels } : {});
}

function without(source: DatasetSource, folders: readonly string[]): DatasetSource {
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

function share(text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("It is a number from 0 to 1.");
}
