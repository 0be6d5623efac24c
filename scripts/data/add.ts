import path from "node:path";
import type { Command } from "commander";
import { writePointer } from "@/lib/dvc/pointer-file";
import { folderSource } from "@/lib/node/folder-source";
import { writeFileAtomic } from "@/lib/node/write-file";
import { importWholeFolder } from "@/lib/server/dataset-versions/import-source";
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

export function addCommand(): Command {
  const command = newCommand(
    "data",
    "Make a dataset version of a folder, and write FOLDER.dvc beside it as “dvc add FOLDER” does.",
  )
    .name("add")
    .argument("<folder>", "with NORMAL/ and PNEUMONIA/ somewhere below it, or with labels.csv in it");
  return withCurrentOptions(command)
    .option("--json", "print one JSON object on stdout")
    .action(async (typed: string, { json, ...options }: CurrentOptions & { json?: boolean }) => {
      const folder = resolveTyped(typed);
      await withData(async (context) => {
        const { store, progress, signal } = context;
        const imported = await importWholeFolder(await folderSource(folder), store, {
          signal,
          onProgress: ({ done, total }) => progress.update(`reading ${done} of ${total}`),
        });
        const report = await enterImported(context, imported, {
          source: folder,
          current: options,
          actor: "data add",
        });
        const pointerFile = `${folder}.dvc`;
        const pointer = writePointer({
          md5: imported.dvcMd5,
          sizeBytes: imported.sizeBytes,
          fileCount: imported.dvcFiles.length,
          path: path.basename(folder),
          listing: imported.listingDigest,
        });
        await writeFileAtomic(pointerFile, pointer);
        print(json, { ...report, pointerFile }, `${describeVersion(report)}\npointer: ${pointerFile}`);
        return exitCodeOf(report);
      });
    });
}
