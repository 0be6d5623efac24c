import type { Command } from "commander";
import { comparisonText } from "@/lib/dataset-report/report-text";
import { compareDatasetVersions } from "@/lib/server/dataset-versions/compare";
import { newCommand } from "../cli/run-command";
import { print, showMeasuring, withData } from "./open-data";

export function compareCommand(): Command {
  return newCommand(
    "data",
    "What the reports of two dataset versions differ in: counts, balance, drift, problems.",
  )
    .name("compare")
    .argument("<before>", "“current”, or 6 or more hex digits of a version's digest")
    .argument("[after]", "the same", "current")
    .option("--json", "print one JSON object on stdout")
    .action(async (before: string, after: string, { json }: { json?: boolean }) => {
      await withData(async ({ db, store, progress, signal }) => {
        const onProgress = showMeasuring(progress, signal);
        const comparison = await compareDatasetVersions({ db, store, onProgress }, { before, after });
        progress.done();
        print(json, comparison, comparisonText(comparison));
      });
    });
}
