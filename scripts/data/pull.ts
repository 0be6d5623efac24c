import type { Command } from "commander";
import { isRemoteUrl } from "@/lib/node/data-remotes/open-remote";
import { checkOut } from "@/lib/server/dataset-versions/check-out";
import { importSource } from "@/lib/server/dataset-versions/import-source";
import { resolveTyped } from "../cli/project-folder";
import { newCommand } from "../cli/run-command";
import { describeVersion, enterVersion, print, remoteAddress, withData } from "./open-data";

export function pullCommand(): Command {
  return newCommand(
    "data",
    "Fetch the dataset version that a .dvc file names. Every file is hashed before it is used.",
  )
    .name("pull")
    .argument(
      "<pointer>",
      "a .dvc file here, or its address: s3://BUCKET/PREFIX/NAME.dvc, https://HOST/PATH/NAME.dvc",
    )
    .option(
      "--remote <address>",
      "where its files lie: a folder, s3://… or https://…; by default DATA_REMOTE, beside an address, " +
        "or as the DVC repository around the file says",
    )
    .option("--to <folder>", "also write the files there")
    .option("--no-current", "leave the current version, to which the inbox adds, as it is")
    .option("--json", "print one JSON object on stdout")
    .action(
      async (typed: string, options: { remote?: string; to?: string; current: boolean; json?: boolean }) => {
        const pointer = isRemoteUrl(typed) ? typed : resolveTyped(typed);
        const to = options.to === undefined ? undefined : resolveTyped(options.to);
        const remote = remoteAddress(options.remote);
        await withData(async ({ db, store, progress, signal }) => {
          const imported = await importSource(
            pointer,
            { db, store },
            {
              remote,
              signal,
              onProgress: ({ done, total }) => progress.update(`pulling ${done} of ${total}`),
            },
          );
          progress.done();
          const { current, json } = options;
          const report = await enterVersion(db, imported, { source: pointer, current, actor: "data pull" });
          const { listingDigest: digest, dvcMd5 } = imported;
          const files = to === undefined ? 0 : await checkOut({ digest, dvcMd5 }, to, store);
          const text = to === undefined ? "" : `\n${files} files in ${to}`;
          print(
            json,
            { ...report, ...(to === undefined ? {} : { files, to }) },
            describeVersion(report) + text,
          );
        });
      },
    );
}
