import type { Command } from "commander";
import { reportText } from "@/lib/dataset-report/report-text";
import { writeHtml } from "@/lib/dataset-report/write-html";
import { writeFileAtomic } from "@/lib/node/write-file";
import { checkDatasetVersion } from "@/lib/server/dataset-versions/check";
import { newestDatasetVersion, requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { resolveTyped } from "../cli/project-folder";
import { newCommand } from "../cli/run-command";

import { print, showMeasuring, withData } from "./open-data";

export function reportCommand(): Command {
  return newCommand(
    "data",
    "What is known of a dataset version: duplicates, leaks, balance, distributions, drift. Checks it where that has not " +
      "been done. Exit code 1 where a rule is broken that stops a run.",
  )
    .name("report")
    .argument("[version]", "“current”, or 6 or more hex digits of its digest; absent: the newest one")
    .option("--html <file>", "also write the report as one HTML file")
    .option("--json", "print one JSON object on stdout")
    .action(async (named: string | undefined, { html, json }: { html?: string; json?: boolean }) => {
      const htmlFile = html === undefined ? undefined : resolveTyped(html);
      await withData(async ({ db, store, progress, signal }) => {
        const version = named ? await requireDatasetVersion(db, named) : await newestDatasetVersion(db);
        const onProgress = showMeasuring(progress, signal);
        const report = await checkDatasetVersion({ db, store, onProgress }, version.digest);
        progress.done();
        if (htmlFile) await writeFileAtomic(htmlFile, await writeHtml(report));
        print(json, report, reportText(report));
        return report.state === "failed" ? 1 : 0;
      });
    });
}
