import { stat } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { LabelledPath } from "@/lib/dataset/label-table";
import { archiveSource } from "@/lib/node/archive-source";
import type { DatasetSource } from "@/lib/node/dataset-source";
import { folderSource, readLabelTable } from "@/lib/node/folder-source";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { versionOfFiles, withoutFolders } from "@/lib/server/dataset-versions/version-of-files";
import { resolveTyped } from "../cli/project-folder";
import { newCommand } from "../cli/run-command";
import {
  type CurrentOptions,
  describeVersion,
  enterImported,
  exitCodeOf,
  print,
  withCurrentOptions,
  withData,
} from "./open-data";

interface Options extends CurrentOptions {
  labels?: string;
  exclude: string[];
  addTo?: string;
  maxBad: number;
  json?: boolean;
}

export function importCommand(): Command {
  const command = newCommand(
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
    .option("--max-bad <share>", "unusable images tolerated, as a share", share, 0.05);
  return withCurrentOptions(command)
    .option("--json", "print one JSON object on stdout")
    .action(async (typed: string, options: Options) => {
      const address = resolveTyped(typed);
      const table = options.labels === undefined ? undefined : resolveTyped(options.labels);
      await withData(async (context) => {
        const { db, store, progress, signal } = context;
        const base = options.addTo === undefined ? null : await requireDatasetVersion(db, options.addTo);
        const labels = table === undefined ? undefined : await readLabelTable(table);
        const source = withoutFolders(await openSource(address, labels), options.exclude);
        const imported = await versionOfFiles(source, store, {
          signal,
          addTo: base?.digest,
          maxBadShare: options.maxBad,
          onProgress: ({ done, total }) => progress.update(`reading ${done} of ${total}`),
        });
        const report = await enterImported(context, imported, {
          source: address,
          current: options,
          actor: "data import",
        });
        const { unlabelled } = imported;
        const text = unlabelled.length > 0 ? `\nwithout a label, left out: ${unlabelled.length} images` : "";
        print(options.json, { ...report, unlabelled }, describeVersion(report) + text);
        return exitCodeOf(report);
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

function share(text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("It is a number from 0 to 1.");
}
