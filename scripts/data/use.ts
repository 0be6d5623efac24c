import type { Command } from "commander";
import { checkStateOf } from "@/lib/server/dataset-versions/enter-version";
import { makeCurrent } from "@/lib/server/dataset-versions/make-current";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { newCommand } from "../cli/run-command";

import { print, showMeasuring, withData } from "./open-data";

export function useCommand(): Command {
  return newCommand(
    "data",
    "Make a version the current one, to which the inbox adds, where it passes its check.",
  )
    .name("use")
    .argument("<version>", "6 or more hex digits of its digest")
    .option("--without-check", "whatever its check says or would say; the audit trail says so")
    .option("--json", "print one JSON object on stdout")
    .action(async (named: string, { json, withoutCheck }: { json?: boolean; withoutCheck?: boolean }) => {
      await withData(async ({ db, store, progress, signal }) => {
        const { digest } = await requireDatasetVersion(db, named);
        if (!withoutCheck)
          await checkStateOf({ db, store, onProgress: showMeasuring(progress, signal) }, digest);
        progress.done();
        await makeCurrent(db, { digest, actor: "data use", withoutCheck });
        print(json, { version: digest, isCurrent: true }, `${digest} is the current version.`);
      });
    });
}
