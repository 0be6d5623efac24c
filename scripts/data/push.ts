import { type Command, InvalidArgumentError } from "commander";
import { pushVersion } from "@/lib/server/dataset-versions/push";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { newCommand } from "../cli/run-command";
import { print, requireRemote, withData } from "./open-data";

export function pushCommand(): Command {
  return newCommand(
    "data",
    "Bring a dataset version to a remote, laid out as DVC lays it out, with NAME.dvc in its root.",
  )
    .name("push")
    .argument("[version]", "“current”, or 6 or more hex digits of its digest", "current")
    .option("--remote <address>", "a folder or s3://BUCKET/PREFIX; by default DATA_REMOTE")
    .option("--name <name>", "of the .dvc file and the folder that it names", pointerName, "dataset")
    .option("--json", "print one JSON object on stdout")
    .action(async (named: string, options: { remote?: string; name: string; json?: boolean }) => {
      const remote = requireRemote(options.remote);
      await withData(async ({ db, store, progress, signal }) => {
        const version = await requireDatasetVersion(db, named);
        const pushed = await pushVersion(version, remote, store, {
          name: options.name,
          signal,
          onProgress: ({ done, total }) => progress.update(`pushing ${done} of ${total}`),
        });
        progress.done();
        const { objects, written, writtenBytes, pointerPath } = pushed;
        const report = {
          version: version.digest,
          remote: remote.name,
          objects,
          written,
          writtenBytes,
          pointerPath,
        };
        print(
          options.json,
          report,
          `${version.digest}\n${written} of ${objects} files sent to ${remote.name} (${writtenBytes} bytes), ` +
            `the others were there\npointer: ${remote.name}/${pointerPath}`,
        );
      });
    });
}

function pointerName(text: string): string {
  if (/^[\w-][\w.-]*$/.test(text)) return text;
  throw new InvalidArgumentError("It is made of letters, digits, “-”, “_” and “.”.");
}
