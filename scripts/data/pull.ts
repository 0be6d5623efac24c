import type { Command } from "commander";
import { isRemoteUrl } from "@/lib/node/data-remotes/open-remote";
import { checkOut } from "@/lib/server/dataset-versions/check-out";
import { importSource } from "@/lib/server/dataset-versions/import-source";
import { resolveTyped } from "../cli/project-folder";
import { newCommand } from "../cli/run-command";
import {
  type CurrentOptions,
  describeVersion,
  enterImported,
  exitCodeOf,
  print,
  remoteAddress,
  withCurrentOptions,
  withData,
} from "./open-data";

export function pullCommand(): Command {
  const command = newCommand(
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
    .option("--to <folder>", "also write the files there");
  return withCurrentOptions(command)
    .option("--json", "print one JSON object on stdout")
    .action(
      async (typed: string, options: CurrentOptions & { remote?: string; to?: string; json?: boolean }) => {
        const pointer = isRemoteUrl(typed) ? typed : resolveTyped(typed);
        const to = options.to === undefined ? undefined : resolveTyped(options.to);
        const remote = remoteAddress(options.remote);
        await withData(async (context) => {
          const { db, store, progress, signal } = context;
          const imported = await importSource(
            pointer,
            { db, store },
            {
              remote,
              signal,
              onProgress: ({ done, total }) => progress.update(`pulling ${done} of ${total}`),
            },
          );
          const report = await enterImported(context, imported, {
            source: pointer,
            current: options,
            actor: "data pull",
          });
          const { listingDigest: digest, dvcMd5 } = imported;
          const files = to === undefined ? 0 : await checkOut({ digest, dvcMd5 }, to, store);
          const text = to === undefined ? "" : `\n${files} files in ${to}`;
          print(
            options.json,
            { ...report, ...(to === undefined ? {} : { files, to }) },
            describeVersion(report) + text,
          );
          return exitCodeOf(report);
        });
      },
    );
}
