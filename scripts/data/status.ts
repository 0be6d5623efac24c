import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import type { DatasetVersion } from "@/drizzle/schema";
import { type DvcFile, writeDirListing } from "@/lib/dvc/dir-listing";
import { md5OfText } from "@/lib/dvc/md5";
import { parsePointer } from "@/lib/dvc/pointer-file";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { md5Of } from "@/lib/node/file-facts";
import { folderSource } from "@/lib/node/folder-source";
import { compareWithRemote } from "@/lib/server/dataset-versions/push";
import {
  currentDatasetVersion,
  listDatasetVersions,
  requireDatasetVersion,
} from "@/lib/server/dataset-versions/record";
import { resolveTyped } from "../cli/project-folder";
import { newCommand } from "../cli/run-command";
import { print, requireRemote, withData } from "./open-data";

export function statusCommand(): Command {
  return newCommand(
    "data",
    "The dataset versions of this machine. With FOLDER.dvc: whether the folder is still what it says; exit code 1 where " +
      "not. With --remote: what the remote lacks of the current version.",
  )
    .name("status")
    .argument("[pointer]", "a .dvc file beside its folder")
    .option("--remote <address>", "compare with this remote")
    .option("--version <version>", "compare this one in place of the current one", "current")
    .option("--json", "print one JSON object on stdout")
    .action(
      async (typed: string | undefined, options: { remote?: string; version: string; json?: boolean }) => {
        const pointerFile = typed === undefined ? undefined : resolveTyped(typed);
        const remote = options.remote === undefined ? undefined : requireRemote(options.remote);
        await withData(async ({ db, store, progress }) => {
          if (pointerFile !== undefined) return compareWithFolder(pointerFile, options.json);
          const current = await currentDatasetVersion(db);
          const versions = (await listDatasetVersions(db)).map((row) => ({
            ...withoutDetails(row),
            isCurrent: row.digest === current?.digest,
          }));
          if (remote) progress.update(`asking ${remote.name}`);
          const state = remote && {
            remote: remote.name,
            ...(await compareWithRemote(await requireDatasetVersion(db, options.version), remote, store)),
          };
          progress.done();
          const lines = versions.map(describeRow);
          if (lines.length === 0) lines.push("There is no dataset version yet.");
          if (state)
            lines.push(
              `${state.remote} lacks ${state.missing} of ${state.objects} files (${state.missingBytes} bytes).`,
            );
          print(options.json, { versions, ...(state ? { remote: state } : {}) }, lines.join("\n"));
          return 0;
        });
      },
    );
}

function withoutDetails({ digest, images, patients, dvcMd5, source, createdAt }: DatasetVersion) {
  return { version: digest, images, patients, dvcMd5, source, createdAt };
}

function describeRow(row: ReturnType<typeof withoutDetails> & { isCurrent: boolean }): string {
  const at = row.createdAt.toISOString().slice(0, 16).replace("T", " ");
  const mark = row.isCurrent ? "* " : "  ";
  return `${mark}${row.version.slice(7, 19)}  ${at}  ${row.images} images, ${row.patients} patients  ${row.source}`;
}

/** @returns the exit code: 0 where the folder is what its pointer says */
async function compareWithFolder(pointerFile: string, json: boolean | undefined): Promise<number> {
  const text = await readFile(pointerFile, "utf8").catch((cause) => {
    throw new PneumoscopeError("FILE_NOT_FOUND", `${pointerFile} cannot be read: ${describeError(cause)}.`, {
      cause,
    });
  });
  const pointer = parsePointer(text, pointerFile);
  const folder = path.join(path.dirname(pointerFile), pointer.path);
  const files: DvcFile[] = [];
  for (const file of (await folderSource(folder)).files)
    files.push({ path: file.path, md5: md5Of(await file.read()) });
  const md5 = md5OfText(writeDirListing(files));
  const isSame = md5 === pointer.md5;
  print(
    json,
    { folder, isSame, files: files.length, pointerMd5: pointer.md5, folderMd5: md5 },
    isSame
      ? `${folder} is what ${path.basename(pointerFile)} says.`
      : `${folder} has changed. “npm run data -- add ${folder}” makes a version of it as it is now.`,
  );
  return isSame ? 0 : 1;
}
