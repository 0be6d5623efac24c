import type { Command } from "commander";
import { makeCurrent, requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { newCommand } from "../cli/run-command";
import { print, withData } from "./open-data";

export function useCommand(): Command {
  return newCommand("data", "Make a version the current one, to which the inbox adds.")
    .name("use")
    .argument("<version>", "6 or more hex digits of its digest")
    .option("--json", "print one JSON object on stdout")
    .action(async (named: string, { json }: { json?: boolean }) => {
      await withData(async ({ db }) => {
        const { digest } = await requireDatasetVersion(db, named);
        await makeCurrent(db, digest, "data use");
        print(json, { version: digest, isCurrent: true }, `${digest} is the current version.`);
      });
    });
}
